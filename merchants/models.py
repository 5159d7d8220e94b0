"""Merchants, the outlets where they trade, and the cashiers who stand there."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from branches.models import Bank, Neighborhood
from core.bilingual import Bilingual
from core.ids import uuid7
from identity.authors import author
from merchants.choices import Picture


class Merchant(Bilingual):
    """A business that takes points. Its acquirer is the bank that pays it; the ledger knows it by `party_id`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    acquirer = models.ForeignKey(Bank, models.PROTECT, related_name="merchants", verbose_name=_("acquirer"))
    party_id = models.UUIDField(_("ledger party"), unique=True, default=uuid7, editable=False)
    enrolled_at = models.DateTimeField(_("enrolled at"))
    enrolled_by = author(_("enrolled by"))
    changed_by = author(_("changed by"))

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")

    def __str__(self) -> str:
        return self.name


class Outlet(Bilingual):
    """One place where a merchant trades."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="outlets", verbose_name=_("merchant"))
    neighborhood = models.ForeignKey(Neighborhood, models.PROTECT, related_name="outlets", verbose_name=_("neighborhood"))
    picture = models.CharField(_("picture"), max_length=16, choices=Picture, blank=True, default="", db_default="")
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = author(_("opened by"))
    changed_by = author(_("changed by"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        constraints: ClassVar = [
            models.CheckConstraint(name="merchants_outlet_closed_after_opened", condition=Q(closed_at__gt=F("opened_at"))),
            models.CheckConstraint(name="merchants_outlet_picture_is_drawn", condition=Q(picture__in=["", *Picture.values])),
        ]

    def __str__(self) -> str:
        return self.name


class Cashier(models.Model):
    """A user who takes points at an outlet. Dismissed, never deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tills", verbose_name=_("user"))
    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="cashiers", verbose_name=_("outlet"))
    appointed_at = models.DateTimeField(_("appointed at"))
    appointed_by = author(_("appointed by"))
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True, blank=True)
    dismissed_by = author(_("dismissed by"))

    class Meta:
        verbose_name = _("cashier")
        verbose_name_plural = _("cashiers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "outlet"],
                name="merchants_cashier_active_once_per_outlet",
                condition=Q(dismissed_at__isnull=True),
            ),
            models.CheckConstraint(name="merchants_cashier_dismissed_after_appointed", condition=Q(dismissed_at__gte=F("appointed_at"))),
        ]

    def __str__(self) -> str:
        return str(self.user)
