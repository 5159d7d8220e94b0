"""What cashiers fill in."""

from __future__ import annotations

from django import forms
from django.db.models import BigAutoField

from core.forms import WholeNumberField


class OutletForm(forms.Form):
    """Names an outlet."""

    outlet = WholeNumberField(min_value=1, max_value=BigAutoField.MAX_BIGINT)
