"""People who hold points, their links to banks, the codes by which they claim them, and what they give each other."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from branches.models import Bank, Branch, Neighborhood
from core.ids import uuid7
from core.limits import KEY_TEXT, TIMES_PAGES
from identity.authors import author


class Resident(models.Model):
    """
    A person who holds points. Without a user the resident is unclaimed: known to a bank, earning already.

    Who claims a second bank's customer number is one person from then on: the row the bank made stays, merged into the
    person's own, so that what its wallet did before can still be told.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="resident",
        null=True,
        blank=True,
        verbose_name=_("user"),
    )
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=80, blank=True, default="")
    wallet_id = models.UUIDField(_("wallet"), unique=True, default=uuid7, editable=False)
    neighborhood = models.ForeignKey(
        Neighborhood,
        models.PROTECT,
        related_name="residents",
        null=True,
        blank=True,
        verbose_name=_("neighborhood"),
    )
    joined_at = models.DateTimeField(_("joined at"))
    frozen_by = author(_("frozen by"))
    slow_since = models.DateTimeField(_("cool-down since"), null=True, blank=True, editable=False)  # the newest link was claimed
    slow_until = models.DateTimeField(_("cool-down until"), null=True, blank=True, editable=False)
    slow_free = models.BigIntegerField(_("points free of the cool-down"), default=0, db_default=0, editable=False)
    successor = models.ForeignKey(
        "self", models.PROTECT, related_name="merged", null=True, blank=True, editable=False, verbose_name=_("merged into")
    )
    merged_at = models.DateTimeField(_("merged at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        indexes: ClassVar = [
            models.Index(fields=["merged_at"], name="residents_resident_merged", condition=Q(merged_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="residents_resident_merged_is_nobodys", condition=Q(successor__isnull=True) | Q(user__isnull=True)),
            models.CheckConstraint(
                name="residents_resident_cool_down_whole",
                condition=Q(slow_since__isnull=True, slow_until__isnull=True, slow_free=0)
                | Q(slow_since__isnull=False, slow_until__gt=F("slow_since"), slow_free__gte=0),
            ),
            models.CheckConstraint(
                name="residents_resident_merged_at_a_time",
                condition=Q(successor__isnull=True, merged_at__isnull=True) | Q(successor__isnull=False, merged_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("unnamed resident"))

    @property
    def survivor(self) -> Resident:
        """Themselves, or the resident they were merged into."""
        return self.successor or self


class BankLink(models.Model):
    """A resident as one bank knows them. The customer number is sealed, and found by its keyed hash."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="links", verbose_name=_("resident"))
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="links", verbose_name=_("bank"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="links", null=True, blank=True, verbose_name=_("branch"))
    customer_encrypted = models.TextField(_("customer number"))
    customer_hash = models.BinaryField(max_length=32)
    phone_encrypted = models.TextField(_("phone in the bank's file"), null=True, blank=True)  # noqa: DJ001 - with its hash, or null
    phone_hash = models.BinaryField(max_length=32, null=True, blank=True, db_index=True)
    made_at = models.DateTimeField(_("made at"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bank link")
        verbose_name_plural = _("bank links")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "customer_hash"], name="residents_banklink_customer_once_per_bank"),
            models.UniqueConstraint(fields=["resident", "bank"], name="residents_banklink_bank_once_per_resident"),
            models.CheckConstraint(
                name="residents_banklink_phone_is_found", condition=Q(phone_encrypted__isnull=True) | Q(phone_hash__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank}: {self.resident}"


class ClaimCode(models.Model):
    """
    A one-time code that proves a customer number is one's own: of a letter, whose bank's file brought it, or of a text message.

    A text's code opens the number only for the user of the phone it went to, which `sent_to` is the hash of. Staff see neither.
    """

    link = models.ForeignKey(BankLink, models.PROTECT, related_name="codes", verbose_name=_("bank link"))
    code_hash = models.BinaryField(max_length=32)
    sent_to = models.BinaryField(max_length=32, null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False, db_index=False, verbose_name=_("issued by")
    )  # none for a code of the bank's file, which says who handed it in
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("claim code")
        verbose_name_plural = _("claim codes")
        indexes: ClassVar = [models.Index(fields=["link", "-made_at"], name="residents_claimcode_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(name="residents_claimcode_expires_after_made", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(
                name="residents_claimcode_text_is_issued", condition=Q(sent_to__isnull=True) | Q(issued_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"claim code #{self.pk}"


class ClaimTry(models.Model):
    """A user's failed attempt to claim a customer number; counted, so that nobody guesses for long."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claim_tries")
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "made_at"], name="residents_claimtry_recent")]

    def __str__(self) -> str:
        return f"claim try #{self.pk}"


class Gift(models.Model):
    """Points that one resident gave to another. A key is the giver's own name for it, used once."""

    giver = models.ForeignKey(Resident, models.PROTECT, related_name="gifts_given", verbose_name=_("giver"))
    receiver = models.ForeignKey(Resident, models.PROTECT, related_name="gifts_received", verbose_name=_("receiver"))
    points = models.BigIntegerField(_("points"))
    key = models.CharField(_("key"), max_length=KEY_TEXT)
    transfer_id = models.UUIDField(_("transfer"), unique=True)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        indexes: ClassVar = [BrinIndex(fields=["given_at"], name="residents_gift_made", autosummarize=True, pages_per_range=TIMES_PAGES)]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["giver", "key"], name="residents_gift_key_once_per_giver"),
            models.CheckConstraint(name="residents_gift_points_positive", condition=Q(points__gt=0)),
            models.CheckConstraint(name="residents_gift_to_another", condition=~Q(giver=F("receiver"))),
        ]

    def __str__(self) -> str:
        return f"{self.points}"


class GiftDay(models.Model):
    """How much a resident gave on a day, and how often they looked for a receiver: what the day's limits count."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="gift_days", verbose_name=_("resident"))
    day = models.DateField(_("day"))
    gifts = models.PositiveSmallIntegerField(_("gifts"), default=0)
    points = models.PositiveIntegerField(_("points"), default=0)
    lookups = models.PositiveSmallIntegerField(_("receivers looked for"), default=0)

    class Meta:
        verbose_name = _("day of gifts")
        verbose_name_plural = _("days of gifts")
        constraints: ClassVar = [models.UniqueConstraint(fields=["resident", "day"], name="residents_giftday_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.points}"


class ExpiryNotice(models.Model):
    """A resident is told, once each, that points expire in a month and in a week."""

    wallet_id = models.UUIDField(_("wallet"))
    expires_on = models.DateField(_("last day"))
    days = models.PositiveSmallIntegerField(_("days before"))
    points = models.BigIntegerField(_("points"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("notice of expiry")
        verbose_name_plural = _("notices of expiry")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wallet_id", "expires_on", "days"], name="residents_expirynotice_once"),
            models.CheckConstraint(name="residents_expirynotice_points_positive", condition=Q(points__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.expires_on}: {self.points}"
