"""What the desk fills in about a resident."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from branches.access import DESK, acting_as
from core.forms import WholeNumberField
from core.limits import POINTS_PER_ADJUSTMENT
from decisions.forms import AskForm
from identity.models import User
from residents.access import links_for
from residents.choices import Correction
from residents.models import BankLink


class OfLinkForm(AskForm):
    """For which bank one asks; staff of one bank have no choice."""

    link = forms.ModelChoiceField(label=_("bank"), queryset=BankLink.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget())
    field_order: tuple[str, ...] = ("link", "reason")

    def __init__(self, data: Any, *, actor: User, row: Model) -> None:
        super().__init__(data, actor=actor, row=row)
        links = links_for(actor=acting_as(actor=actor, roles=DESK)).filter(resident=row.pk).order_by("pk")
        self.fields["link"].queryset = links.select_related("bank", "resident__user")  # type: ignore[attr-defined]  # a choice of rows


class AdjustForm(OfLinkForm):
    """How many points to give or to take."""

    way = forms.TypedChoiceField(
        label=pgettext_lazy("of an adjustment", "way"), choices=Correction.choices, coerce=Correction, widget=UnfoldAdminSelectWidget()
    )
    points = WholeNumberField(label=_("points"), min_value=1, max_value=POINTS_PER_ADJUSTMENT, widget=UnfoldAdminIntegerFieldWidget())
    field_order = ("link", "way", "points", "reason")


class FreezeForm(forms.Form):
    """Nothing but the word that it is meant."""

    sure = forms.BooleanField(label=_("Nothing can be spent from this wallet until the freeze is lifted."), widget=UnfoldBooleanWidget())
