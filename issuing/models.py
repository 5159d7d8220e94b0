"""What holds a bank back as an issuer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from identity.authors import author


class IssuerControl(models.Model):
    """The cap on a bank's points outstanding, none if it is null, and who suspended it last. No row: neither yet."""

    bank = models.OneToOneField(Bank, models.PROTECT, primary_key=True, related_name="control", verbose_name=_("bank"))
    exposure_cap = models.PositiveBigIntegerField(_("exposure cap"), null=True, blank=True)
    suspended_by = author(_("suspended by"))

    class Meta:
        verbose_name = _("issuer control")
        verbose_name_plural = _("issuer controls")

    def __str__(self) -> str:
        return f"{self.bank_id}: {self.exposure_cap}"


class IssuanceSlice(models.Model):
    """Points that a bank may still issue under its cap, set aside for one transaction at a time."""

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="slices")
    number = models.PositiveSmallIntegerField()
    points = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "number"], name="issuing_issuanceslice_once"),
            models.CheckConstraint(name="issuing_issuanceslice_not_negative", condition=Q(points__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.points}"
