"""Alliance, banks, branches, neighborhoods, and who works there."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import BigIntegerField, Case, F, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _

from branches.choices import Role
from core.bilingual import Bilingual
from core.identifiers import CheckDigit, CustomerShape
from core.ids import uuid7
from core.limits import CUSTOMER_NUMBER
from core.money import BASIS
from identity.authors import author

CODE = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", _("Use letters, digits, “-” and “_”, at most 32."))


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
