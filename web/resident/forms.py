"""What residents fill in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.limits import CUSTOMER_NUMBER, POINTS_PER_GIFT, TEXT_FIELD


class GiftForm(forms.Form):
    """Asks whom to give how many points."""

    phone = forms.CharField(
        label=_("Their phone number"),
        help_text=_("The full number with which they sign in here."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "class": "input", "autocomplete": "off", "inputmode": "tel"}),
    )
    points = forms.IntegerField(
        label=_("How many points"),
        min_value=1,
        max_value=POINTS_PER_GIFT,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "numeric"}),
    )


class BankForm(forms.Form):
    """Asks for a bank, one's customer number there, and the code that proves it."""

    bank = forms.ModelChoiceField(
        label=_("Your bank"),
        queryset=Bank.objects.order_by("name"),
        to_field_name="code",
        empty_label=_("Choose your bank"),
        widget=forms.Select(attrs={"class": "input"}),
    )
    customer = forms.CharField(
        label=_("Customer number"),
        help_text=_("It is on letters from your bank and in its app."),
        max_length=CUSTOMER_NUMBER,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("One-time code"),
        help_text=_("Ten letters and digits, from your bank's letter or the branch."),
        max_length=TEXT_FIELD,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
