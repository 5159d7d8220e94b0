"""The two forms of signing in by phone, in the place of allauth's own."""

from __future__ import annotations

from typing import Any

from allauth.core import context, ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.clock import now
from core.errors import DomainError
from identity.models import User
from identity.phones import masked_phone, normal_phone, phone_hash
from identity.services import check_code, user_with_phone


class PhoneForm(forms.Form):
    """Asks for a phone number. Every number gets the same answer, whether someone here has it or not."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "class": "input", "autocomplete": "tel", "inputmode": "tel"}),
    )

    _user: User  # where allauth's view looks for it

    def clean_phone(self) -> str:
        """Find or make the user; what goes on to allauth, and into its session, is the masked number."""
        try:
            phone = normal_phone(self.cleaned_data["phone"])
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None
        if not ratelimit.consume(context.request, action="request_login_code", key=phone_hash(phone).hex()):
            raise ValidationError(_("Too many requests. Wait a minute, then try again."), code="rate_limited")
        self._user = user_with_phone(phone=phone)
        return masked_phone(phone)


class CodeForm(forms.Form):
    """Asks for the code that was sent."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"class": "input input--code", "autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self) -> str:
        """Use the code up, or count the try."""
        code: str = self.cleaned_data["code"]
        try:
            check_code(user=self.user, typed=code, at=now())
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None
        return code
