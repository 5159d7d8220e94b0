"""What staff ask for on a bank's page, for a second person to approve."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldBooleanWidget

from branches.access import BANK_MANAGERS, OPERATORS
from branches.approvals_admin import AskForm, ask_page
from branches.choices import Asked
from branches.models import Approval, Bank
from branches.services.customers import shape_customers
from branches.services.exposure import ask_cap
from branches.services.suspension import ask_lift, suspend_bank
from branches.services.terms import ask_terms
from branches.staff_admin import ScopedAdmin, asked_once
from core.clock import moment_text, now
from core.forms import WholeNumberField
from core.identifiers import CheckDigit, CustomerShape
from core.limits import CUSTOMER_NUMBER, EXPOSURE_CAP, TERMS_GRACE_DAYS, TERMS_MONTHS
from identity.models import User
from points.queries import outstanding, suspended_issuers, terms_of_issuer


class TermsForm(AskForm):
    """A version of a bank's terms, and its first day."""

    months = WholeNumberField(
        label=_("Points expire after this many months"), min_value=1, max_value=TERMS_MONTHS, widget=UnfoldAdminIntegerFieldWidget()
    )
    grace_days = WholeNumberField(
        label=_("Days of grace for points given back"), min_value=0, max_value=TERMS_GRACE_DAYS, widget=UnfoldAdminIntegerFieldWidget()
    )
    starts_on = forms.DateField(label=_("first day"), widget=UnfoldAdminSingleDateWidget())
    field_order = ("months", "grace_days", "starts_on", "reason")


class CapForm(AskForm):
    """The most points of a bank that may be outstanding."""

    cap = WholeNumberField(label=Asked.CAP.label, min_value=0, max_value=EXPOSURE_CAP, widget=UnfoldAdminIntegerFieldWidget())
    field_order = ("cap", "reason")


class CustomersForm(forms.Form):
    """What a bank's customer numbers look like."""

    letters = forms.BooleanField(label=_("Letters too, not only digits"), required=False, widget=UnfoldBooleanWidget())
    least = WholeNumberField(label=_("Fewest characters"), min_value=1, max_value=CUSTOMER_NUMBER, widget=UnfoldAdminIntegerFieldWidget())
    most = WholeNumberField(label=_("Most characters"), min_value=1, max_value=CUSTOMER_NUMBER, widget=UnfoldAdminIntegerFieldWidget())
    check = forms.ChoiceField(label=_("Check digit"), choices=CheckDigit.choices, widget=UnfoldAdminSelectWidget())

    def __init__(self, data: Any, bank: Bank) -> None:
        super().__init__(data, initial=asdict(bank.customer_shape))


class SuspendForm(forms.Form):
    """Nothing but the word that it is meant."""

    sure = forms.BooleanField(label=_("Its points can't be spent until this is lifted."), widget=UnfoldBooleanWidget())


class AskingOfBanks(ScopedAdmin):
    """A bank's page, with what can be asked for there."""

    actions_detail = ("new_terms", "new_cap", "customers", "suspend", "lift")

    def has_terms_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may ask for new terms."""
        return self.may(request, BANK_MANAGERS, object_id)

    @action(description=_("Set new terms"), url_path="terms", permissions=["terms"])  # type: ignore[untyped-decorator]  # Unfold has no types
    def new_terms(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a new version of the bank's terms."""
        return ask_page(
            self,
            request,
            object_id,
            by=BANK_MANAGERS,
            title=_("Set new terms"),
            make_form=lambda data, _found: TermsForm(data),
            ask=_ask_terms,
        )

    @action(description=_("Set the exposure cap"), url_path="cap", permissions=["terms"])  # type: ignore[untyped-decorator]
    def new_cap(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for another cap on the bank's points outstanding; the operator decides."""
        return ask_page(
            self,
            request,
            object_id,
            by=BANK_MANAGERS,
            title=_("Set the exposure cap"),
            make_form=lambda data, _found: CapForm(data),
            ask=_ask_cap,
        )

    @action(description=_("Describe customer numbers"), url_path="customers", permissions=["terms"])  # type: ignore[untyped-decorator]
    def customers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what the bank's customer numbers look like; files and events with others are refused from then on."""
        return ask_page(
            self,
            request,
            object_id,
            by=BANK_MANAGERS,
            title=_("Describe customer numbers"),
            make_form=CustomersForm,
            ask=lambda actor, bank, said: shape_customers(actor=actor, bank=bank, shape=CustomerShape(**said)),
            button=_("Save"),
            told=_("Kept. Files and events with other customer numbers are refused from now on."),
        )

    def has_suspend_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may suspend a bank, and ask to lift it: the operator."""
        return self.may(request, OPERATORS, object_id)

    @action(description=_("Suspend as issuer"), url_path="suspend", permissions=["suspend"])  # type: ignore[untyped-decorator]
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the bank's points wait, at once."""
        return ask_page(
            self,
            request,
            object_id,
            by=OPERATORS,
            title=_("Suspend as issuer"),
            make_form=lambda data, _found: SuspendForm(data),
            ask=lambda actor, bank, _asked: suspend_bank(actor=actor, bank=bank, at=now()),
            button=_("Suspend"),
            told=_("Suspended. The bank's points wait until two operators lift it."),
        )

    @action(description=_("Lift the suspension"), url_path="lift", permissions=["suspend"])  # type: ignore[untyped-decorator]
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask to let the bank's points be spent again; another operator decides."""
        return ask_page(
            self,
            request,
            object_id,
            by=OPERATORS,
            title=_("Lift the suspension"),
            make_form=lambda data, _found: AskForm(data),
            ask=lambda maker, bank, asked: ask_lift(maker=maker, bank=bank, at=now(), **asked),
        )

    @admin.display(description=_("suspended since"))
    @asked_once
    def suspended(self, obj: Bank) -> str | None:
        """When its points began to wait."""
        since = suspended_issuers().get(obj.issuer_id)
        return moment_text(since) if since else None

    @admin.display(description=_("points outstanding"))
    @asked_once
    def exposure(self, obj: Bank) -> str:
        """What is in wallets, of how much there may be."""
        points = outstanding(obj.issuer_id)
        return f"{points:,}" if obj.exposure_cap is None else f"{points:,} / {obj.exposure_cap:,}"

    @admin.display(description=_("customer numbers"))
    def customer_numbers(self, obj: Bank) -> str:
        """What they look like."""
        shape = obj.customer_shape
        what = _("letters and digits") if shape.letters else _("digits")
        check = _("check digit")
        return f"{shape.least}–{shape.most} {what} · {check}: {obj.get_customer_check_display()}"

    @admin.display(description=_("terms"))
    @asked_once
    def terms(self, obj: Bank) -> SafeString | str:
        """The versions of the bank's terms, by their first day."""
        versions = terms_of_issuer(obj.issuer_id)
        rows = [
            (version.starts_on, _("%(months)d months, %(days)d days of grace") % {"months": version.months, "days": version.grace_days})
            for version in versions
        ]
        return format_html_join("", "<div>{}: {}</div>", rows) or "–"


def _ask_cap(maker: User, bank: Bank, asked: dict[str, Any]) -> Approval:
    return ask_cap(maker=maker, bank=bank, at=now(), **asked)


def _ask_terms(maker: User, bank: Bank, asked: dict[str, Any]) -> Approval:
    return ask_terms(maker=maker, bank=bank, at=now(), **asked)
