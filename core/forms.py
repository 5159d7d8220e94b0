"""Fields of forms: text that is text, numbers however they are spelled."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.numbers import plain_amount
from core.text import CharacterRefused, refuse_text


def check_line(text: object) -> None:
    """
    A validator for one line of text.

    :raises ValidationError: if a character of it is no text.
    """
    try:
        refuse_text(str(text), field=str(_("text")))
    except CharacterRefused as refusal:
        raise ValidationError(str(refusal), code=refusal.code) from None


class LineField(forms.CharField):
    """One line of text that people wrote."""

    default_validators = [check_line]  # noqa: RUF012  as Django's own


class WholeNumberField(forms.IntegerField):
    """A whole number in digits of any script, with or without spaces."""

    def to_python(self, value: Any) -> int | None:
        """The number."""
        if isinstance(value, str):
            if "_" in value:  # Python takes "1_0" for ten
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = plain_amount(value).strip()
        return super().to_python(value)
