"""What residents fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from branches.models import Bank
from core.forms import WholeNumberField
from core.limits import TEXT_FIELD


class GiftForm(forms.Form):
    """Asks whom to give how many points: somebody given to before, or a phone number."""

    known = forms.ChoiceField(label=_("To"), required=False, widget=forms.RadioSelect)
    phone = forms.CharField(
        label=_("Their phone number"),
        help_text=_("The full number with which they sign in here."),
        error_messages={"required": _("Type their phone number.")},
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "class": "input", "autocomplete": "off", "inputmode": "tel"}),
    )
    points = WholeNumberField(
        label=_("How many points"),
        min_value=1,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, *, known: Sequence[tuple[str, str]], most: int) -> None:
        super().__init__(data, initial={"known": ""})
        between = ngettext("You can give %(most)s point now.", "You can give from 1 to %(most)s points now.", most) % {"most": f"{most:,}"}
        points = self.fields["points"]
        assert isinstance(points, forms.IntegerField)
        points.max_value = most
        points.validators = [MinValueValidator(1, between), MaxValueValidator(most, between)]
        points.error_messages |= {"required": between, "invalid": between}
        if known:
            self.fields["known"].choices = [*known, ("", _("Somebody else"))]  # type: ignore[attr-defined]  # a choice
        else:
            del self.fields["known"]

    def clean(self) -> dict[str, Any]:
        """One of those known, or a number."""
        data = self.cleaned_data
        if not data.get("known") and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", self.fields["phone"].error_messages["required"])
        return data


class BankForm(forms.Form):
    """Asks for a bank, one's customer number there, and the claim code that proves it."""

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
        max_length=TEXT_FIELD,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Claim code"),
        help_text=_("Letters and digits, from your bank's text message or letter."),
        max_length=TEXT_FIELD,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
