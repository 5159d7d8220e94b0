"""
The ledger's tables as Django sees them. `sql/tables.sql` makes them, with their keys and constraints.

Facts are keyed (party, id) in the database; here the id alone is the key, as the admin refuses composite ones.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import moment_text
from points.choices import AccountKind, CheckKind, Fact, OutcomeCode, Reason, Source


class Wallet(models.Model):
    """All that one resident holds: the row to lock."""

    id = models.UUIDField(primary_key=True)
    opened_at = models.DateTimeField(_("opened at"))
    frozen_at = models.DateTimeField(_("frozen at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    successor_id = models.UUIDField(null=True)

    class Meta:
        db_table = "points_wallet"

    def __str__(self) -> str:
        return str(self.id)


class Issuer(models.Model):
    """A bank as the ledger knows it: it stands behind its points."""

    id = models.UUIDField(primary_key=True)
    opened_at = models.DateTimeField(_("opened at"))
    suspended_at = models.DateTimeField(_("suspended at"), null=True)
    kept_from = models.DateField(null=True)  # lots that were alive on this day outlive the suspension ...
    kept_until = models.DateField(null=True)  # ... and live to this day at least

    class Meta:
        db_table = "points_issuer"

    def __str__(self) -> str:
        return str(self.id)


class Terms(models.Model):
    """One immutable version of an issuer's promise: how long points live, and how long after coming back."""

    id = models.AutoField(primary_key=True)
    issuer_id = models.UUIDField()
    months = models.PositiveSmallIntegerField(_("months"))
    grace_days = models.PositiveSmallIntegerField(_("days of grace"))
    starts_on = models.DateField(_("starts on"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        db_table = "points_terms"
        verbose_name_plural = _("terms")

    def __str__(self) -> str:
        return str(self.id)


class MerchantParty(models.Model):
    """A merchant as the ledger knows it: whom a redemption may owe."""

    id = models.UUIDField(primary_key=True)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        db_table = "points_merchant"

    def __str__(self) -> str:
        return str(self.id)


class Account(models.Model):
    """One pot of a wallet: points with the same kind, issuer, terms and dates."""

    id = models.UUIDField(primary_key=True)
    party_id = models.UUIDField()
    kind = models.TextField(_("kind"), choices=AccountKind.choices)
    issuer_id = models.UUIDField()
    terms_id = models.IntegerField(null=True)
    available_on = models.DateField(_("available on"), null=True)
    expires_on = models.DateField(_("expires on"), null=True)
    balance = models.BigIntegerField(_("balance"))

    class Meta:
        db_table = "points_account"

    def __str__(self) -> str:
        return str(self.id)


class Transfer(models.Model):
    """One immutable fact, made of postings."""

    id = models.UUIDField(primary_key=True)
    party_id = models.UUIDField(_("wallet"))
    reason = models.TextField(_("reason"), choices=Reason.choices)
    source = models.TextField(_("source"), choices=Source.choices)
    key = models.TextField(_("key"))
    request_hash = models.BinaryField()
    counterparty_id = models.UUIDField(_("merchant"), null=True)
    follows = models.UUIDField(_("follows"), null=True)
    effective_at = models.DateTimeField(_("effective at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    facts = models.JSONField(_("facts"), null=True)

    class Meta:
        db_table = "points_transfer"
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")

    def __str__(self) -> str:
        return str(self.id)


class Posting(models.Model):
    """Points that went from one account to another inside a transfer."""

    pk = models.CompositePrimaryKey("party_id", "transfer_id", "number")
    party_id = models.UUIDField()
    transfer_id = models.UUIDField()
    number = models.SmallIntegerField()
    source_kind = models.TextField(choices=AccountKind.choices)
    source_id = models.UUIDField()
    target_kind = models.TextField(choices=AccountKind.choices)
    target_id = models.UUIDField()
    issuer_id = models.UUIDField()
    points = models.BigIntegerField(_("points"))
    restores = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "points_posting"

    def __str__(self) -> str:
        return f"{self.source_kind} → {self.target_kind}: {self.points}"


class Refusal(models.Model):
    """A command refused under the wallet's lock; its key answers for ever."""

    id = models.UUIDField(primary_key=True)
    party_id = models.UUIDField()
    source = models.TextField(choices=Source.choices)
    key = models.TextField()
    reason = models.TextField(choices=Reason.choices)
    request_hash = models.BinaryField()
    outcome = models.TextField(choices=OutcomeCode.choices)
    available = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "points_refusal"

    def __str__(self) -> str:
        return f"{self.reason}: {self.outcome}"


class OpenHold(models.Model):
    """A hold that is neither captured nor released."""

    pk = models.CompositePrimaryKey("party_id", "transfer_id")
    party_id = models.UUIDField()
    transfer_id = models.UUIDField()
    due_at = models.DateTimeField()

    class Meta:
        db_table = "points_open_hold"

    def __str__(self) -> str:
        return f"{self.transfer_id} until {moment_text(self.due_at)}"


class Unsealed(models.Model):
    """A committed fact that waits for its number."""

    position = models.BigAutoField(primary_key=True)
    party_id = models.UUIDField()
    fact_id = models.UUIDField()
    what = models.TextField(choices=Fact.choices)

    class Meta:
        db_table = "points_unsealed"

    def __str__(self) -> str:
        return str(self.position)


class Sealed(models.Model):
    """The dense number of a committed fact."""

    number = models.BigIntegerField(primary_key=True)
    party_id = models.UUIDField()
    fact_id = models.UUIDField()
    what = models.TextField(choices=Fact.choices)
    sealed_at = models.DateTimeField()
    opening = models.BinaryField(null=True)

    class Meta:
        db_table = "points_sealed"

    def __str__(self) -> str:
        return str(self.number)


class Total(models.Model):
    """What came in and went out of one account of the books' side on one day of sealing."""

    pk = models.CompositePrimaryKey("kind", "party_id", "issuer_id", "day")
    kind = models.TextField(choices=AccountKind.choices)
    party_id = models.UUIDField()
    issuer_id = models.UUIDField()
    day = models.DateField()
    points_in = models.BigIntegerField()
    points_out = models.BigIntegerField()

    class Meta:
        db_table = "points_total"

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.points_in} in, {self.points_out} out"


class BooksCheck(models.Model):
    """How one books check ended. A clean one is where the next check of what is new starts: at its number, root and day."""

    kind = models.TextField(_("looked at"), choices=CheckKind.choices)
    at = models.DateTimeField(_("checked at"))
    upto = models.BigIntegerField(_("up to number"))
    root = models.BinaryField()
    parts = models.JSONField(default=dict)
    day = models.DateField(_("last closed day"), null=True)
    day_number = models.BigIntegerField(default=0)
    wallets = models.BigIntegerField(_("wallets recomputed"), null=True)
    drifts = models.IntegerField(_("drifts"))
    found = models.JSONField(_("what was found"), default=list)

    class Meta:
        db_table = "points_books_check"
        verbose_name = _("books check")
        verbose_name_plural = _("books checks")

    def __str__(self) -> str:
        return f"{self.kind} {moment_text(self.at)}: {self.drifts}"


class CheckedTotal(models.Model):
    """A total as the last clean books check left it: the checks' own sums, apart from the sealer's."""

    pk = models.CompositePrimaryKey("kind", "party_id", "issuer_id", "day")
    kind = models.TextField()
    party_id = models.UUIDField()
    issuer_id = models.UUIDField()
    day = models.DateField()
    points_in = models.BigIntegerField()
    points_out = models.BigIntegerField()

    class Meta:
        db_table = "points_checked_total"

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.points_in} in, {self.points_out} out"


class Salt(models.Model):
    """What hides a wallet in the log; erased, nobody can tell which leaves were the wallet's."""

    wallet_id = models.UUIDField(primary_key=True)
    salt = models.BinaryField()

    class Meta:
        db_table = "points_salt"

    def __str__(self) -> str:
        return str(self.wallet_id)


class Declaration(models.Model):
    """What an issuer declared, word for word, once under its subject."""

    id = models.UUIDField(primary_key=True)
    party_id = models.UUIDField()
    kind = models.TextField()
    subject = models.TextField()
    body = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "points_declaration"

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Log(models.Model):
    """The tree over the sealed numbers, as it is now; one row, none before the first sealing."""

    one = models.BooleanField(primary_key=True, default=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    frontier = models.BinaryField()
    parts = models.JSONField()

    class Meta:
        db_table = "points_log"

    def __str__(self) -> str:
        return str(self.size)


class Tile(models.Model):
    """Up to 256 hashes of one level of the tree, in a row."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "points_tile"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """What the log signed of itself at one size."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "points_checkpoint"

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """A witness's signature under a checkpoint."""

    pk = models.CompositePrimaryKey("size", "witness")
    size = models.BigIntegerField()
    witness = models.TextField()
    line = models.TextField()
    signed_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "points_cosignature"

    def __str__(self) -> str:
        return f"{self.witness}: {self.size}"
