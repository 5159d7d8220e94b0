"""
Devices that show codes, codes used up, scans that wait for an amount, and what was taken and given back.

The ledger holds the points; these tables say who stood where. A key is the till's own name for a request: one outlet
uses it once, and it answers the same for ever. A foreign key has no index of its own where another begins with it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.clock import moment_text
from core.ids import uuid7
from core.limits import KEY_TEXT, REASON_TEXT, TIMES_PAGES
from identity.authors import author
from merchants.models import Cashier, Merchant, Outlet
from redemptions.choices import AT_A_TILL, Way
from redemptions.receipts import receipt_number
from redemptions.rotating_code import HANDLES
from residents.models import Resident


class DeviceCredential(models.Model):
    """A phone that may show codes. Its key is derived from a master key of the ring, the id and the version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="devices", verbose_name=_("resident"), db_index=False)
    handle = models.IntegerField(_("handle"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    key_id = models.PositiveSmallIntegerField(_("master key"))
    last_step = models.BigIntegerField(_("last step used"), null=True, blank=True)
    enrolled_at = models.DateTimeField(_("enrolled at"))
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = author(_("revoked by"))

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        indexes: ClassVar = [models.Index(fields=["resident", "enrolled_at"], name="redemptions_device_oldest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["handle"], name="redemptions_devicecredential_handle_once"),
            models.CheckConstraint(name="redemptions_devicecredential_handle_nine_digits", condition=Q(handle__gte=0, handle__lt=HANDLES)),
            models.CheckConstraint(name="redemptions_devicecredential_version_from_one", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"••• {self.handle % 1000:03d}"


class UsedCode(models.Model):
    """A code that was taken, so that it is taken once. Kept for as long as it could be shown again."""

    device = models.ForeignKey(DeviceCredential, models.PROTECT, related_name="used_codes", verbose_name=_("device"), db_index=False)
    step = models.BigIntegerField(_("step"))
    used_at = models.DateTimeField(_("used at"))

    class Meta:
        verbose_name = _("used code")
        verbose_name_plural = _("used codes")
        indexes: ClassVar = [models.Index(fields=["used_at"], name="redemptions_usedcode_oldest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "step"], name="redemptions_usedcode_once"),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.step}"


class CodeAttempt(models.Model):
    """A code with a wrong MAC, counted for the merchant whose till sent it: no shop can lock a resident out elsewhere."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", verbose_name=_("merchant"), db_index=False)
    handle = models.IntegerField(_("handle"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("wrong code")
        verbose_name_plural = _("wrong codes")
        indexes: ClassVar = [models.Index(fields=["merchant", "made_at"], name="redemptions_codeattempt_recent")]

    def __str__(self) -> str:
        return f"{self.merchant_id} {moment_text(self.made_at)}"


class Checkout(models.Model):
    """A resident recognized at an outlet, for two minutes. A redemption uses it up; a dismissal closes it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    way = models.CharField(_("recognized by"), max_length=8, choices=Way)
    cashier = models.ForeignKey(
        Cashier, models.PROTECT, related_name="checkouts", null=True, blank=True, verbose_name=_("cashier"), db_index=False
    )
    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="checkouts", verbose_name=_("outlet"), db_index=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="checkouts", verbose_name=_("resident"))
    wallet_id = models.UUIDField(_("wallet"))
    device = models.ForeignKey(DeviceCredential, models.PROTECT, related_name="checkouts", null=True, blank=True, verbose_name=_("device"))
    key = models.CharField(_("key"), max_length=KEY_TEXT + 8)  # longer by what a redemption puts before a key of its own
    request_hash = models.BinaryField(max_length=32)
    opened_at = models.DateTimeField(_("opened at"))
    expires_at = models.DateTimeField(_("expires at"))
    closed_at = models.DateTimeField(pgettext_lazy("of a checkout", "closed at"), null=True, blank=True)
    slow_until = models.DateTimeField(_("cool-down until"), null=True, blank=True, editable=False)  # of a new phone or bank link

    class Meta:
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")
        indexes: ClassVar = [
            models.Index(fields=["cashier"], name="redemptions_checkout_open", condition=Q(closed_at__isnull=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "key"], name="redemptions_checkout_key_once_per_outlet"),
            models.CheckConstraint(name="redemptions_checkout_key_not_empty", condition=~Q(key="")),
            models.CheckConstraint(name="redemptions_checkout_way_known", condition=Q(way__in=Way.values)),
            models.CheckConstraint(
                name="redemptions_checkout_cashier_at_a_till", condition=~Q(way__in=AT_A_TILL) | Q(cashier__isnull=False)
            ),
            models.CheckConstraint(name="redemptions_checkout_device_of_a_code", condition=~Q(way__in=AT_A_TILL) | Q(device__isnull=False)),
            models.CheckConstraint(name="redemptions_checkout_expires_after_opened", condition=Q(expires_at__gt=F("opened_at"))),
            models.CheckConstraint(name="redemptions_checkout_closed_after_opened", condition=Q(closed_at__gte=F("opened_at"))),
        ]

    def __str__(self) -> str:
        return moment_text(self.opened_at)


class Redemption(models.Model):
    """Points taken at a till. `transfer_id` is the fact in the ledger; the receipt shows the number with a check digit."""

    number = models.BigAutoField(_("number"), primary_key=True)
    checkout = models.OneToOneField(Checkout, models.PROTECT, related_name="redemption", verbose_name=_("checkout"))
    way = models.CharField(_("recognized by"), max_length=8, choices=Way)  # the checkout's, so that a check of this row can name it
    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="redemptions", verbose_name=_("outlet"), db_index=False)
    cashier = models.ForeignKey(Cashier, models.PROTECT, related_name="redemptions", null=True, blank=True, verbose_name=_("cashier"))
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="redemptions", verbose_name=_("resident"))
    wallet_id = models.UUIDField(_("wallet"))
    transfer_id = models.UUIDField(_("transfer"), unique=True)
    points = models.BigIntegerField(_("points"))
    given_back = models.BigIntegerField(_("given back"), default=0, db_default=0)
    key = models.CharField(_("key"), max_length=KEY_TEXT)
    request_hash = models.BinaryField(max_length=32)
    redeemed_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        indexes: ClassVar = [
            models.Index(fields=["outlet", "redeemed_at"], name="redemptions_redemption_day"),
            BrinIndex(fields=["redeemed_at"], name="redemptions_redemption_made", autosummarize=True, pages_per_range=TIMES_PAGES),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "key"], name="redemptions_redemption_key_once_per_outlet"),
            models.CheckConstraint(name="redemptions_redemption_key_not_empty", condition=~Q(key="")),
            models.CheckConstraint(name="redemptions_redemption_way_known", condition=Q(way__in=Way.values)),
            models.CheckConstraint(
                name="redemptions_redemption_cashier_at_a_till", condition=~Q(way__in=AT_A_TILL) | Q(cashier__isnull=False)
            ),
            models.CheckConstraint(name="redemptions_redemption_points_positive", condition=Q(points__gt=0)),
            models.CheckConstraint(
                name="redemptions_redemption_given_back_within", condition=Q(given_back__gte=0, given_back__lte=F("points"))
            ),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def receipt(self) -> str:
        """The number as the receipt shows it."""
        return receipt_number(self.number)

    @property
    def left(self) -> int:
        """The points that can still be given back."""
        return self.points - self.given_back


class RefusedRedemption(models.Model):
    """A redemption that was refused, kept so that its key gives the same answer again."""

    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="+", verbose_name=_("outlet"), db_index=False)
    cashier = models.ForeignKey(Cashier, models.PROTECT, related_name="+", verbose_name=_("cashier"))
    checkout = models.ForeignKey(Checkout, models.PROTECT, related_name="refusals", verbose_name=_("checkout"))
    key = models.CharField(_("key"), max_length=KEY_TEXT)
    request_hash = models.BinaryField(max_length=32)
    code = models.CharField(_("error code"), max_length=40)
    details: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("details"), encoder=DjangoJSONEncoder)
    refused_at = models.DateTimeField(_("refused at"))

    class Meta:
        verbose_name = _("refused redemption")
        verbose_name_plural = _("refused redemptions")
        indexes: ClassVar = [
            BrinIndex(fields=["refused_at"], name="redemptions_refused_made", autosummarize=True, pages_per_range=TIMES_PAGES),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "key"], name="redemptions_refusedredemption_key_once_per_outlet"),
            models.CheckConstraint(name="redemptions_refusedredemption_key_not_empty", condition=~Q(key="")),
        ]

    def __str__(self) -> str:
        return self.code


class Undo(models.Model):
    """All that was left of a redemption, taken back by the outlet on the day it was made. Both facts stay."""

    redemption = models.OneToOneField(Redemption, models.PROTECT, related_name="undo", verbose_name=_("redemption"))
    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="undos", verbose_name=_("outlet"), db_index=False)
    cashier = models.ForeignKey(Cashier, models.PROTECT, related_name="undos", verbose_name=_("cashier"))
    transfer_id = models.UUIDField(_("transfer"), unique=True)
    reason = models.CharField(_("reason"), max_length=REASON_TEXT)
    key = models.CharField(_("key"), max_length=KEY_TEXT)
    request_hash = models.BinaryField(max_length=32)
    undone_at = models.DateTimeField(_("undone at"))

    class Meta:
        verbose_name = _("undo")
        verbose_name_plural = _("undos")
        indexes: ClassVar = [BrinIndex(fields=["undone_at"], name="redemptions_undo_made", autosummarize=True, pages_per_range=TIMES_PAGES)]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "key"], name="redemptions_undo_key_once_per_outlet"),
            models.CheckConstraint(name="redemptions_undo_key_not_empty", condition=~Q(key="")),
            models.CheckConstraint(name="redemptions_undo_reason_given", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return str(self.redemption)


class Refund(models.Model):
    """Some points of a redemption given back by the outlet, on any day. `left` is what could still be given back after it."""

    redemption = models.ForeignKey(Redemption, models.PROTECT, related_name="refunds", verbose_name=_("redemption"))
    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="refunds", verbose_name=_("outlet"), db_index=False)
    cashier = models.ForeignKey(Cashier, models.PROTECT, related_name="refunds", verbose_name=_("cashier"))
    transfer_id = models.UUIDField(_("transfer"), unique=True)
    points = models.BigIntegerField(_("points"))
    left = models.BigIntegerField(_("left after it"))
    reason = models.CharField(_("reason"), max_length=REASON_TEXT)
    key = models.CharField(_("key"), max_length=KEY_TEXT)
    request_hash = models.BinaryField(max_length=32)
    refunded_at = models.DateTimeField(_("refunded at"))

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes: ClassVar = [
            BrinIndex(fields=["refunded_at"], name="redemptions_refund_made", autosummarize=True, pages_per_range=TIMES_PAGES),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "key"], name="redemptions_refund_key_once_per_outlet"),
            models.CheckConstraint(name="redemptions_refund_key_not_empty", condition=~Q(key="")),
            models.CheckConstraint(name="redemptions_refund_reason_given", condition=~Q(reason="")),
            models.CheckConstraint(name="redemptions_refund_points_positive", condition=Q(points__gt=0)),
            models.CheckConstraint(name="redemptions_refund_left_not_negative", condition=Q(left__gte=0)),
        ]

    def __str__(self) -> str:
        return str(self.redemption)
