"""What every request says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core.forms import LineField
from core.limits import REASON_TEXT
from identity.models import User


class AskForm(forms.Form):
    """Why; the form of a kind adds what exactly. `row` is what it is about, `actor` who asks."""

    reason = LineField(label=_("reason"), max_length=REASON_TEXT, widget=UnfoldAdminTextInputWidget())

    def __init__(self, data: Any, *, actor: User, row: Model) -> None:
        super().__init__(data)
        self.actor, self.row = actor, row
