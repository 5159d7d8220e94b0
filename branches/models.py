"""Alliance, banks, branches, neighborhoods; who works there; what two of them decide; the files banks hand in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.core.files.storage import FileSystemStorage
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import BigIntegerField, Case, F, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _

from branches.choices import ApprovalAction, ApprovalState, EncodingWhy, ImportKind, ImportState, Role
from core.bilingual import Bilingual
from core.identifiers import CheckDigit, CustomerShape
from core.ids import uuid7
from core.limits import CUSTOMER_NUMBER, REASON_TEXT
from core.money import BASIS
from identity.authors import author

CODE = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", _("Use letters, digits, “-” and “_”, at most 32."))


def private_storage() -> FileSystemStorage:
    """Where files of banks lie: a folder that no web server serves."""
    return FileSystemStorage(location=settings.PRIVATE_ROOT, base_url=None, file_permissions_mode=0o600, directory_permissions_mode=0o700)


def import_path(file_import: FileImport, _name: str) -> str:
    """A random name: nothing of the uploaded name reaches the disk."""
    return f"imports/{file_import.pk}"


class Alliance(models.Model):
    """The coalition of banks."""

    name = models.CharField(_("name"), max_length=80)
    fee_bps = models.PositiveIntegerField(_("fee (basis points)"), default=50, validators=[MaxValueValidator(BASIS)])
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    founded_by = author(_("founded by"))

    class Meta:
        verbose_name = _("alliance")
        verbose_name_plural = _("alliances")
        constraints: ClassVar = [
            models.CheckConstraint(name="branches_alliance_fee_at_most_all", condition=Q(fee_bps__lte=BASIS)),
        ]

    def __str__(self) -> str:
        return self.name


class Bank(models.Model):
    """A member of the alliance; the ledger knows it as an issuer."""

    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="banks", verbose_name=_("alliance"))
    code = models.CharField(_("code"), max_length=32, unique=True, validators=[CODE])
    name = models.CharField(_("name"), max_length=80)
    issuer_id = models.UUIDField(_("issuer"), unique=True, default=uuid7, editable=False)
    exposure_cap = models.PositiveBigIntegerField(_("exposure cap"), null=True, blank=True, editable=False)  # null: none
    customer_letters = models.BooleanField(_("customer numbers with letters"), default=True, db_default=True, editable=False)
    customer_least = models.PositiveSmallIntegerField(_("fewest characters of a customer number"), default=1, db_default=1, editable=False)
    customer_most = models.PositiveSmallIntegerField(
        _("most characters of a customer number"), default=CUSTOMER_NUMBER, db_default=CUSTOMER_NUMBER, editable=False
    )
    customer_check = models.CharField(
        _("check digit of a customer number"),
        max_length=8,
        choices=CheckDigit,
        default=CheckDigit.NONE,
        db_default=CheckDigit.NONE,
        editable=False,
    )
    customers_shaped_by = author(_("customer numbers described by"))
    admitted_by = author(_("admitted by"))
    suspended_by = author(_("suspended by"))

    class Meta:
        verbose_name = _("bank")
        verbose_name_plural = _("banks")
        constraints: ClassVar = [
            models.CheckConstraint(name="branches_bank_customer_check_known", condition=Q(customer_check__in=CheckDigit.values)),
            models.CheckConstraint(
                name="branches_bank_customer_lengths",
                condition=Q(customer_least__gte=1, customer_least__lte=F("customer_most"), customer_most__lte=CUSTOMER_NUMBER),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def customer_shape(self) -> CustomerShape:
        """What the bank's customer numbers look like."""
        return CustomerShape(letters=self.customer_letters, least=self.customer_least, most=self.customer_most, check=self.customer_check)


class IssuanceSlice(models.Model):
    """Points that a bank may still issue under its cap, set aside for one transaction at a time."""

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="slices")
    number = models.PositiveSmallIntegerField()
    points = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "number"], name="branches_issuanceslice_once"),
            models.CheckConstraint(name="branches_issuanceslice_not_negative", condition=Q(points__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.points}"


class Branch(models.Model):
    """A bank's community branch."""

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="branches", verbose_name=_("bank"))
    code = models.CharField(_("code"), max_length=32, validators=[CODE])
    name = models.CharField(_("name"), max_length=80)
    opened_by = author(_("opened by"))

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "code"], name="branches_branch_code_once_per_bank"),
        ]

    def __str__(self) -> str:
        return self.name


class Neighborhood(Bilingual):
    """The area a branch serves."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="neighborhoods", verbose_name=_("branch"))
    code = models.CharField(_("code"), max_length=32, validators=[CODE])
    opened_by = author(_("opened by"))
    changed_by = author(_("changed by"))

    class Meta:
        verbose_name = _("neighborhood")
        verbose_name_plural = _("neighborhoods")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "code"], name="branches_neighborhood_code_once_per_branch"),
        ]

    def __str__(self) -> str:
        return self.name


_FIRST_OF_KIND = F("user") * 3 + Case(When(role=Role.AUDITOR, then=Value(1)), default=Value(0), output_field=BigIntegerField())
_KIND_OF_USER = Func(_FIRST_OF_KIND, _FIRST_OF_KIND + 1, function="int8range", output_field=BigIntegerRangeField())


class StaffRole(models.Model):
    """What one user may do, and where: the whole alliance, one bank, or one branch. Ended, never deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="roles", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="roles", null=True, blank=True, verbose_name=_("bank"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="roles", null=True, blank=True, verbose_name=_("branch"))
    granted_at = models.DateTimeField(_("granted at"))
    granted_by = author(_("granted by"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = author(_("ended by"))

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints: ClassVar = [
            models.CheckConstraint(name="branches_staffrole_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="branches_staffrole_operator_of_all",
                condition=~Q(role=Role.OPERATOR) | Q(bank__isnull=True, branch__isnull=True),
            ),
            models.CheckConstraint(
                name="branches_staffrole_auditor_of_all_or_a_bank",
                condition=~Q(role=Role.AUDITOR) | Q(branch__isnull=True),
            ),
            models.CheckConstraint(
                name="branches_staffrole_bank_manager_of_a_bank",
                condition=~Q(role=Role.BANK_MANAGER) | Q(bank__isnull=False, branch__isnull=True),
            ),
            models.CheckConstraint(
                name="branches_staffrole_branch_staff_of_a_branch",
                condition=~Q(role__in=[Role.BRANCH_MANAGER, Role.CLERK]) | Q(bank__isnull=False, branch__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "bank", "branch"],
                name="branches_staffrole_active_once",
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
            # `user = user and kind <> kind` would need an extension of PostgreSQL. So each role of a user takes a range of
            # whole numbers: an auditor's lies right beside that of the user's other roles, and far from other users'.
            ExclusionConstraint(
                name="branches_staffrole_auditor_only_reads",
                expressions=[(_KIND_OF_USER, RangeOperators.ADJACENT_TO)],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """
        Leave it to the service, which refuses in sentences.

        A form would ask here, and Django can't answer: it looks for `ended_at`, which the form doesn't have.
        """


class Approval(models.Model):
    """
    What one person asks for and another one decides: who, what, about which target in which version, and how it ended.

    What was asked never changes, and neither does what was decided; a trigger keeps it so. `concerns` is the user whose
    own affair it is, if any. The package that acts on an approval redeems its id, once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    action = models.CharField(_("action"), max_length=16, choices=ApprovalAction)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="approvals", verbose_name=_("bank"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="approvals", null=True, blank=True, verbose_name=_("branch"))
    target_kind = models.CharField(_("kind of target"), max_length=40)
    target_id = models.CharField(_("target"), max_length=40)
    target_version = models.CharField(_("version of the target"), max_length=64)
    about = models.CharField(_("about"), max_length=120)
    payload: models.JSONField[dict[str, int | str], dict[str, int | str]] = models.JSONField(_("asked for"), default=dict)
    reason = models.CharField(_("reason"), max_length=REASON_TEXT)
    concerns = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("whom it concerns")
    )
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests", verbose_name=_("asked by"))
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions", null=True, blank=True, verbose_name=_("decided by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("expires at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=ApprovalState, default=ApprovalState.WAITING)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    refusal = models.CharField(_("refused because"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        indexes: ClassVar = [
            models.Index(fields=["bank", "asked_at"], name="branches_approval_waiting", condition=Q(state=ApprovalState.WAITING)),
            models.Index(fields=["closed_at"], name="branches_approval_done", condition=Q(state=ApprovalState.DONE)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="branches_approval_action_known", condition=Q(action__in=ApprovalAction.values)),
            models.CheckConstraint(name="branches_approval_state_known", condition=Q(state__in=ApprovalState.values)),
            models.CheckConstraint(name="branches_approval_two_persons", condition=Q(checker__isnull=True) | ~Q(checker=F("maker"))),
            models.CheckConstraint(
                name="branches_approval_not_ones_own",
                condition=Q(concerns__isnull=True) | (~Q(concerns=F("maker")) & (Q(checker__isnull=True) | ~Q(concerns=F("checker")))),
            ),
            models.CheckConstraint(
                name="branches_approval_decided_by_someone",
                condition=Q(state=ApprovalState.WAITING, checker__isnull=True, decided_at__isnull=True)
                | (~Q(state=ApprovalState.WAITING) & Q(checker__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="branches_approval_decided_in_time",
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("asked_at"), decided_at__lt=F("expires_at")),
            ),
            models.CheckConstraint(name="branches_approval_expires_after_asked", condition=Q(expires_at__gt=F("asked_at"))),
            models.CheckConstraint(
                name="branches_approval_closed_when_over",
                condition=Q(state__in=[ApprovalState.DONE, ApprovalState.REFUSED], closed_at__isnull=False)
                | (~Q(state__in=[ApprovalState.DONE, ApprovalState.REFUSED]) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="branches_approval_refusal_when_refused",
                condition=(Q(state=ApprovalState.REFUSED) & ~Q(refusal="")) | (~Q(state=ApprovalState.REFUSED) & Q(refusal="")),
            ),
            models.CheckConstraint(name="branches_approval_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.about}"


class FileImport(models.Model):
    """One file a bank handed in, and how far it has been taken in. `bytes_done` is where a restart goes on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="imports", verbose_name=_("bank"))
    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind)
    file = models.FileField(_("file"), storage=private_storage, upload_to=import_path, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=16, blank=True, default="")
    encoding_why = models.CharField(
        _("why this encoding"), max_length=8, choices=EncodingWhy, blank=True, default="", db_default="", editable=False
    )
    size_bytes = models.BigIntegerField(_("size in bytes"))
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    rows_total = models.PositiveIntegerField(_("rows in all"), null=True, blank=True)
    bytes_done = models.BigIntegerField(_("bytes done"), default=0)
    counts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("counts"), default=dict)
    ignored: models.JSONField[list[str], list[str]] = models.JSONField(_("columns not read"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=ImportState, default=ImportState.QUEUED)
    problem = models.CharField(_("problem"), max_length=500, blank=True, default="")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="imports",
        null=True,
        blank=True,
        verbose_name=_("submitted by"),
    )
    made_at = models.DateTimeField(_("submitted at"))
    runner = models.UUIDField(_("runner"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("present run since"), null=True, blank=True)
    rows_at_start = models.PositiveIntegerField(_("rows done before the present run"), default=0, db_default=0)
    heartbeat_at = models.DateTimeField(_("last heartbeat"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file import")
        verbose_name_plural = _("file imports")
        indexes: ClassVar = [models.Index(fields=["state", "heartbeat_at"], name="branches_fileimport_waiting")]
        constraints: ClassVar = [
            models.CheckConstraint(name="branches_fileimport_kind_known", condition=Q(kind__in=ImportKind.values)),
            models.CheckConstraint(name="branches_fileimport_state_known", condition=Q(state__in=ImportState.values)),
            # the same file again goes on where the first was interrupted; once finished it may be run anew
            models.UniqueConstraint(
                fields=["bank", "kind", "sha256"],
                name="branches_fileimport_unfinished_once",
                condition=Q(state__in=[ImportState.QUEUED, ImportState.RUNNING]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FileImportError(models.Model):
    """A row that was not taken in, and why. Nothing of the row itself is kept."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="errors", verbose_name=_("file import"))
    line = models.PositiveIntegerField(_("line"))
    code = models.CharField(_("code"), max_length=40)
    message = models.CharField(_("message"), max_length=300)

    class Meta:
        verbose_name = _("row error")
        verbose_name_plural = _("row errors")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file_import", "line"], name="branches_fileimporterror_once_per_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
