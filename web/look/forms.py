"""What a visitor may choose."""

from __future__ import annotations

from django import forms
from django.conf import settings

from web.look.choices import Theme, Type


class LookForm(forms.Form):
    """One or more of language, theme and type; the others stay as they are."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    theme = forms.ChoiceField(choices=Theme, required=False)
    type = forms.ChoiceField(choices=Type, required=False)
