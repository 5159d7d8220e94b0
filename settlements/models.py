"""
The day closed: which sealed numbers a business day holds, what each merchant is paid for them, what each issuer owes.

Rows are written once, when a day is closed, and never changed. Amounts are minor units of the alliance's currency;
negative ones are points given back. The chain of days has one more constraint than Django can say, made by a
migration: a day's first number is the one after its previous day's last (`settlements_businessday_chain`).
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from branches.models import Bank
from core.ids import uuid7
from merchants.models import Merchant
from points.choices import Reason
from redemptions.models import Redemption
from settlements.choices import Closer

SPENT: Final = (Reason.REDEEM, Reason.CAPTURE)


class BusinessDay(models.Model):
    """A closed day. It holds the sealed numbers after `number_after`, up to and with `number_upto`; never times."""

    day = models.DateField(_("day"), primary_key=True)
    previous = models.ForeignKey("self", models.PROTECT, related_name="following", null=True, verbose_name=_("previous day"))
    number_after = models.BigIntegerField(_("after number"))
    number_upto = models.BigIntegerField(_("up to number"))
    closed_at = models.DateTimeField(pgettext_lazy("of a day", "closed at"))
    closed_by = models.CharField(_("closed by"), max_length=8, choices=Closer)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        db_index=False,
        verbose_name=_("on behalf of"),
    )

    class Meta:
        verbose_name = _("business day")
        verbose_name_plural = _("business days")
        constraints: ClassVar = [
            models.CheckConstraint(name="settlements_businessday_numbers_forward", condition=Q(number_after__lte=F("number_upto"))),
            models.CheckConstraint(name="settlements_businessday_previous_before", condition=Q(previous__lt=F("day"))),
            models.CheckConstraint(name="settlements_businessday_first_from_zero", condition=Q(previous__isnull=False) | Q(number_after=0)),
            models.CheckConstraint(name="settlements_businessday_closer_known", condition=Q(closed_by__in=Closer.values)),
            models.CheckConstraint(
                name="settlements_businessday_schedule_is_nobody", condition=~Q(closed_by=Closer.SCHEDULE) | Q(person__isnull=True)
            ),
            # one first day, and one day after each: a chain, never a tree
            models.UniqueConstraint(fields=["previous"], name="settlements_businessday_one_follows", nulls_distinct=False),
            models.UniqueConstraint(fields=["day", "number_upto"], name="settlements_businessday_end"),  # what the chain refers to
        ]

    def __str__(self) -> str:
        return date_format(self.day)


class DayCheckpoint(models.Model):
    """
    The signed and witnessed state of the sealed log that a closed day cites: all the day's numbers are in it.

    Kept apart from the day, as it may come later: a day closes without waiting for witnesses.
    """

    day = models.OneToOneField(BusinessDay, models.PROTECT, primary_key=True, related_name="cites", verbose_name=_("business day"))
    size = models.BigIntegerField(_("leaves of the sealed log"))
    witnesses = models.JSONField(_("witnesses"))
    asked = models.PositiveSmallIntegerField(_("witnesses asked for"))
    known = models.PositiveSmallIntegerField(_("witnesses known"))
    cited_at = models.DateTimeField(_("cited at"))

    class Meta:
        verbose_name = _("cited checkpoint")
        verbose_name_plural = _("cited checkpoints")
        constraints: ClassVar = [
            models.CheckConstraint(name="settlements_daycheckpoint_asked_of_known", condition=Q(asked__lte=F("known"))),
        ]

    def __str__(self) -> str:
        return f"{self.day_id}: {self.size}"


class MerchantStatement(models.Model):
    """What a merchant's redemptions of one business day come to; its acquirer pays `payable_minor` the next business day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.ForeignKey(BusinessDay, models.PROTECT, related_name="merchant_statements", verbose_name=_("business day"))
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="statements", verbose_name=_("merchant"))
    acquirer = models.ForeignKey(Bank, models.PROTECT, related_name="merchant_statements", verbose_name=_("acquirer"))
    points = models.BigIntegerField(_("points"))
    amount_minor = models.BigIntegerField(_("amount"))
    carried_in_minor = models.BigIntegerField(_("carried from earlier days"))
    payable_minor = models.BigIntegerField(_("to be paid"))
    carried_out_minor = models.BigIntegerField(_("carried to the next statement"))

    class Meta:
        verbose_name = _("merchant statement")
        verbose_name_plural = _("merchant statements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "day"], name="settlements_merchantstatement_once_a_day"),
            models.CheckConstraint(
                name="settlements_merchantstatement_adds_up",
                condition=Q(payable_minor=F("carried_in_minor") + F("amount_minor") - F("carried_out_minor")),
            ),
            # only what a merchant owes is carried, and nobody is paid who owes
            models.CheckConstraint(name="settlements_merchantstatement_carried_in_owed", condition=Q(carried_in_minor__lte=0)),
            models.CheckConstraint(
                name="settlements_merchantstatement_paid_or_carried",
                condition=Q(payable_minor__gte=0, carried_out_minor=0) | Q(payable_minor=0, carried_out_minor__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant} · {date_format(self.day_id)}"


class MerchantLine(models.Model):
    """One redemption, or points of one given back, under its number in the sealed order."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    statement = models.ForeignKey(MerchantStatement, models.PROTECT, related_name="lines", verbose_name=_("merchant statement"))
    transfer_id = models.UUIDField(_("transfer"), unique=True)
    redemption = models.ForeignKey(
        Redemption, models.PROTECT, db_index=False, related_name="+", null=True, blank=True, verbose_name=_("receipt")
    )
    reason = models.CharField(_("reason"), max_length=8, choices=[(reason.value, reason.label) for reason in (*SPENT, Reason.REVERSE)])
    points = models.BigIntegerField(_("points"))
    amount_minor = models.BigIntegerField(_("amount"))
    effective_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("merchant statement line")
        verbose_name_plural = _("merchant statement lines")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="settlements_merchantline_sign_of_reason",
                condition=Q(reason__in=SPENT, points__gt=0, amount_minor__gt=0)
                | Q(reason=Reason.REVERSE, points__lt=0, amount_minor__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class MerchantLinePart(models.Model):
    """One issuing bank's share of a line."""

    line = models.ForeignKey(MerchantLine, models.PROTECT, related_name="parts", verbose_name=_("line"))
    issuer = models.ForeignKey(Bank, models.PROTECT, related_name="+", verbose_name=_("issuer"))
    points = models.BigIntegerField(_("points"))
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("issuer's part of a line")
        verbose_name_plural = _("issuers' parts of a line")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "issuer"], name="settlements_merchantlinepart_issuer_once"),
            models.CheckConstraint(
                name="settlements_merchantlinepart_one_sign",
                condition=Q(points__gt=0, amount_minor__gt=0) | Q(points__lt=0, amount_minor__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer}: {self.points}"


class IssuerStatement(models.Model):
    """What a bank owes for its points redeemed on one business day: at merchants it pays itself, and away from them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.ForeignKey(BusinessDay, models.PROTECT, related_name="issuer_statements", verbose_name=_("business day"))
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="issuer_statements", verbose_name=_("bank"))
    points = models.BigIntegerField(_("points"))
    amount_minor = models.BigIntegerField(_("amount"))
    own_minor = models.BigIntegerField(_("at its own merchants"))
    away_minor = models.BigIntegerField(_("at other banks' merchants"))
    fee_bps = models.PositiveIntegerField(_("fee (basis points)"))
    fee_minor = models.BigIntegerField(_("fee to the alliance"))

    class Meta:
        verbose_name = _("issuer statement")
        verbose_name_plural = _("issuer statements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "day"], name="settlements_issuerstatement_once_a_day"),
            models.CheckConstraint(name="settlements_issuerstatement_adds_up", condition=Q(amount_minor=F("own_minor") + F("away_minor"))),
        ]

    def __str__(self) -> str:
        return f"{self.bank} · {date_format(self.day_id)}"


class IssuerLine(models.Model):
    """What a bank owes for its points at one merchant."""

    statement = models.ForeignKey(IssuerStatement, models.PROTECT, related_name="lines", verbose_name=_("issuer statement"))
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", verbose_name=_("merchant"))
    acquirer = models.ForeignKey(Bank, models.PROTECT, related_name="+", verbose_name=_("acquirer"))
    points = models.BigIntegerField(_("points"))
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("issuer statement line")
        verbose_name_plural = _("issuer statement lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "merchant"], name="settlements_issuerline_merchant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.merchant}: {self.points}"


class NetPosition(models.Model):
    """Where a bank stands towards the other banks after one business day; fees go to the alliance, apart from the netting."""

    day = models.ForeignKey(BusinessDay, models.PROTECT, related_name="positions", verbose_name=_("business day"))
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="positions", verbose_name=_("bank"))
    owed_minor = models.BigIntegerField(_("owed to it by other banks"))
    owes_minor = models.BigIntegerField(_("owed by it to other banks"))
    net_minor = models.BigIntegerField(_("net"))
    fee_minor = models.BigIntegerField(_("fee to the alliance"))

    class Meta:
        verbose_name = _("net position")
        verbose_name_plural = _("net positions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "bank"], name="settlements_netposition_bank_once"),
            models.CheckConstraint(name="settlements_netposition_adds_up", condition=Q(net_minor=F("owed_minor") - F("owes_minor"))),
        ]

    def __str__(self) -> str:
        return f"{self.bank} · {date_format(self.day_id)}"


class NetPayment(models.Model):
    """A payment from one bank to another that settles net positions of one business day."""

    day = models.ForeignKey(BusinessDay, models.PROTECT, related_name="payments", verbose_name=_("business day"))
    payer = models.ForeignKey(Bank, models.PROTECT, related_name="payments_made", verbose_name=_("payer"))
    payee = models.ForeignKey(Bank, models.PROTECT, related_name="payments_received", verbose_name=_("payee"))
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("net payment")
        verbose_name_plural = _("net payments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "payer", "payee"], name="settlements_netpayment_pair_once"),
            models.CheckConstraint(name="settlements_netpayment_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="settlements_netpayment_two_banks", condition=~Q(payer=F("payee"))),
        ]

    def __str__(self) -> str:
        return f"{self.payer} → {self.payee}: {self.amount_minor}"
