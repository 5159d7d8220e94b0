"""Staff's view of banks: admitted, described, suspended; what two people decide of them is asked for here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from branches.access import (
    BANK_MANAGERS,
    OPERATORS,
    banks_for,
)
from branches.admin_base import (
    ScopedAdmin,
    asked_once,
)
from branches.form_admin import ask_page
from branches.models import Bank
from branches.services import admit_bank
from branches.services.customers import shape_customers
from core.clock import alliance_day, moment_text, now
from core.forms import WholeNumberField
from core.identifiers import CheckDigit, CustomerShape
from core.limits import CUSTOMER_NUMBER, TERMS_GRACE_DAYS, TERMS_MONTHS
from decisions.ask_admin import asks
from identity.models import User
from issuing.services.exposure import CAP, exposure_cap_of
from issuing.services.suspension import LIFT_SUSPENSION, suspend_bank
from issuing.services.terms import TERMS
from points.queries import outstanding, suspended_issuers, terms_of_issuer


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


class BankForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when run
    """A bank with its first terms."""

    months = WholeNumberField(
        label=_("Points expire after this many months"),
        min_value=1,
        max_value=TERMS_MONTHS,
        initial=12,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    grace_days = WholeNumberField(
        label=_("Days of grace for points given back"),
        min_value=0,
        max_value=TERMS_GRACE_DAYS,
        initial=30,
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    class Meta:
        model = Bank
        fields = ("alliance", "code", "name")


@admin.register(Bank)
class BankAdmin(ScopedAdmin):
    """Banks, admitted by the operator, with what can be asked for on a bank's page."""

    rows = staticmethod(banks_for)
    added_by = OPERATORS
    list_display = ("name", "code", "alliance")
    search_fields = ("name", "code")
    ordering = ("code",)
    actions_detail = ("new_terms", "new_cap", "customers", "suspend", "lift")
    readonly_fields = ("issuer_id", "terms", "customer_numbers", "exposure", "suspended")

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Ask for the first terms when a bank is admitted."""
        return super().get_form(request, obj, change, **kwargs) if change else super().get_form(request, obj, change, form=BankForm)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """The bank, and its first terms while it is admitted."""
        named = ("alliance", "code", "name")
        return (*named, "issuer_id", "terms", "customer_numbers", "exposure", "suspended") if obj else (*named, "months", "grace_days")

    def shown_of(self, obj: Model) -> str:
        """With the cap, which is on the page and in another table."""
        assert isinstance(obj, Bank), "this page is about banks"
        return f"{super().shown_of(obj)}-{exposure_cap_of(bank=obj)}"

    def make(self, actor: User, data: dict[str, Any]) -> Bank:
        """Admit the bank."""
        at = now()
        return admit_bank(**data, actor=actor, starts_on=alliance_day(at), at=at)

    def has_terms_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may ask for new terms."""
        return self.may(request, BANK_MANAGERS, object_id)

    new_terms = asks(TERMS, name="new_terms", url_path="terms", permission="terms")
    new_cap = asks(CAP, name="new_cap", url_path="cap", permission="terms")

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

    lift = asks(LIFT_SUSPENSION, name="lift", url_path="lift", permission="suspend", title=_("Lift the suspension"))

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
        cap = exposure_cap_of(bank=obj)
        return f"{points:,}" if cap is None else f"{points:,} / {cap:,}"

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
