"""The two forms of signing in by phone."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from identity.phones import mobile_phone

TYPED: int = 64  # room for spaces, dashes and what came along by copying


class PhoneForm(forms.Form):
    """Asks for a phone number. Every number gets the same answer, whether someone here has it or not."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=TYPED,
        widget=forms.TextInput(
            attrs={"type": "tel", "class": "input", "autocomplete": "tel", "inputmode": "tel", "autofocus": True},
        ),
    )

    def clean_phone(self) -> str:
        """The number in its one spelling, if text messages go there."""
        try:
            return mobile_phone(self.cleaned_data["phone"])
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None


class CodeForm(forms.Form):
    """Asks for the code that was sent."""

    code = forms.CharField(
        label=_("Code"),
        max_length=TYPED,
        widget=forms.TextInput(
            attrs={"class": "input input--code", "autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True},
        ),
    )
