"""Staff's view of merchants, outlets and cashiers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from branches.access import DESK
from branches.admin_base import ScopedAdmin, actor_of, row_action
from branches.choices import Role
from core.clock import now
from core.errors import DomainError
from core.forms import LineField
from core.secrets import decrypt_text
from identity.models import User
from identity.phones import PhoneNotValid, masked_phone, mobile_phone, normal_phone, phone_hash
from merchants.access import cashiers_for, merchants_for, outlets_for
from merchants.models import Cashier, Merchant, Outlet
from merchants.services import (
    appoint_cashier,
    change_outlet,
    dismiss_cashier,
    enroll_merchant,
    name_merchant_in_english,
    open_outlet,
)

ENROLLERS = DESK | {Role.OPERATOR}


@admin.register(Merchant)
class MerchantAdmin(ScopedAdmin):
    """Merchants; enrolled at the desk of the bank that pays them. Only the name in English may be changed later."""

    rows = staticmethod(merchants_for)
    added_by = changed_by = ENROLLERS
    list_display = ("name", "name_en", "acquirer", "enrolled_at")
    list_select_related = ("acquirer",)
    search_fields = ("name", "name_en")
    ordering = ("name", "pk")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002 - Django's
        """The ledger's name of it once it is enrolled."""
        named = (("name", "name_en"), "acquirer")
        return (*named, "party_id", "enrolled_at", "enrolled_by", "changed_by") if obj else named

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All but the name in English once it is enrolled."""
        return ("name", "acquirer", "party_id", "enrolled_at", "enrolled_by", "changed_by") if obj else ()

    def make(self, actor: User, data: dict[str, Any]) -> Merchant:
        """Enroll the merchant."""
        return enroll_merchant(**data, actor=actor, at=now())

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Name it in English."""
        assert isinstance(obj, Merchant), "this page is about merchants"
        name_merchant_in_english(actor=actor, merchant=obj, name_en=data["name_en"])


@admin.register(Outlet)
class OutletAdmin(ScopedAdmin):
    """Places where merchants trade. Only the name in English and the picture may be changed later."""

    rows = staticmethod(outlets_for)
    added_by = changed_by = ENROLLERS
    list_display = ("name", "name_en", "merchant", "neighborhood", "opened_at", "closed_at")
    list_select_related = ("merchant", "neighborhood")
    search_fields = ("name", "name_en", "merchant__name")
    ordering = ("name", "pk")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """The dates once it is open."""
        named = ("merchant", "neighborhood", ("name", "name_en"), "picture")
        return (*named, "opened_at", "opened_by", "changed_by", "closed_at") if obj else named

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All but the name in English and the picture once it is open."""
        return ("merchant", "neighborhood", "name", "opened_at", "opened_by", "changed_by", "closed_at") if obj else ()

    def make(self, actor: User, data: dict[str, Any]) -> Outlet:
        """Open the outlet."""
        return open_outlet(**data, actor=actor, at=now())

    def alter(self, actor: User, obj: Model, data: dict[str, Any]) -> None:
        """Give it another name in English, or another picture."""
        assert isinstance(obj, Outlet)
        change_outlet(actor=actor, outlet=obj, name_en=data["name_en"], picture=data["picture"])


class CashierForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when run
    """A person and their phone; they sign in by it."""

    phone = forms.CharField(label=_("phone"), max_length=40, widget=UnfoldAdminTextInputWidget())
    name = LineField(label=pgettext_lazy("of a person", "name"), max_length=80, widget=UnfoldAdminTextInputWidget())

    class Meta:
        model = Cashier
        fields = ("outlet",)

    def clean_phone(self) -> str:
        """The number in its one spelling."""
        try:
            return mobile_phone(self.cleaned_data["phone"])
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from None


@admin.register(Cashier)
class CashierAdmin(ScopedAdmin):
    """Cashiers: appointed by phone number, dismissed at once, never deleted. Search by name or phone."""

    rows = staticmethod(cashiers_for)
    added_by = ENROLLERS
    list_display = ("name", "phone", "outlet", "appointed_at", "dismissed_at")
    list_select_related = ("user", "outlet")
    search_fields = ("user__name",)
    ordering = ("-appointed_at", "-pk")
    actions = ("dismiss",)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Ask for the person's phone when a cashier is appointed."""
        return super().get_form(request, obj, change, **kwargs) if change else super().get_form(request, obj, change, form=CashierForm)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """The person and the dates."""
        return (
            ("name", "phone", "outlet", "appointed_at", "appointed_by", "dismissed_at", "dismissed_by")
            if obj
            else ("outlet", "phone", "name")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of it once appointed."""
        return self.get_fields(request, obj) if obj else ()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Cashier], search_term: str) -> tuple[QuerySet[Cashier], bool]:
        """By the whole phone number, or by a part of the name."""
        try:
            found = phone_hash(normal_phone(search_term))
        except PhoneNotValid:
            results: tuple[QuerySet[Cashier], bool] = super().get_search_results(request, queryset, search_term)
            return results
        return queryset.filter(user__phone_hash=found), False

    def make(self, actor: User, data: dict[str, Any]) -> Cashier:
        """Appoint the cashier."""
        return appoint_cashier(**data, actor=actor, at=now())

    @row_action(by=ENROLLERS, description=_("Dismiss: sign out everywhere at once"))
    def dismiss(self, request: HttpRequest, chosen: QuerySet[Cashier]) -> None:
        """Dismiss the cashiers chosen."""
        for cashier in chosen:
            dismiss_cashier(actor=actor_of(request), cashier=cashier, at=now())
            self.note_deed(request, cashier, _("Dismiss: sign out everywhere at once"))
        self.message_user(request, _("Dismissed, and signed out everywhere."))

    @admin.display(description=_("name"))
    def name(self, obj: Cashier) -> str:
        """Who it is."""
        return str(obj.user)

    @admin.display(description=_("phone"))
    def phone(self, obj: Cashier) -> str:
        """The tail of the phone number."""
        return masked_phone(decrypt_text(obj.user.phone_encrypted)) if obj.user.phone_encrypted else ""
