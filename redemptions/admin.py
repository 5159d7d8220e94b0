"""Staff's view of the tills: what was scanned, taken and given back. All of it is read-only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from branches.access import issuers_seen_by
from branches.admin_base import ReadOnly, ScopedInline
from redemptions.access import checkouts_for, devices_for, redemptions_for, refunds_for, undos_for
from redemptions.errors import ReceiptNotFound
from redemptions.models import Checkout, DeviceCredential, Redemption, Refund, Undo
from redemptions.queries import masked_name, parts_of
from redemptions.receipts import read_receipt_number


class UndoInline(ScopedInline):
    """What took the redemption back."""

    model = Undo
    rows = staticmethod(undos_for)
    fields = readonly_fields = ("cashier", "reason", "undone_at")
    show_change_link = False


class RefundInline(ScopedInline):
    """What was given back of the redemption in parts."""

    model = Refund
    rows = staticmethod(refunds_for)
    fields = readonly_fields = ("cashier", "points", "left", "reason", "refunded_at")
    ordering = ("refunded_at",)
    show_change_link = False


@admin.register(Redemption)
class RedemptionAdmin(ReadOnly):
    """Receipts of the actor's merchants, and those their bank's points paid for."""

    rows = staticmethod(redemptions_for)
    list_display = ("receipt", "outlet", "resident_name", "points", "given_back", "redeemed_at", "undone")
    list_select_related = ("outlet", "resident", "undo")
    row_select_related = ("outlet", "cashier__user", "resident")
    list_filter: ClassVar = [("redeemed_at", admin.DateFieldListFilter)]
    search_fields = ("number",)
    search_help_text = _("The full receipt number")
    ordering = ("-number",)
    fields = ("receipt", "outlet", "cashier", "resident_name", "points", "given_back", "parts", "redeemed_at", "transfer_id")
    readonly_fields = fields
    inlines = (RefundInline, UndoInline)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's
        queryset: QuerySet[Redemption],
        search_term: str,
    ) -> tuple[QuerySet[Redemption], bool]:
        """By the number on the receipt, check digit included."""
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(pk=read_receipt_number(search_term)), False
        except ReceiptNotFound:
            return queryset.none(), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Redemption | None:
        """The redemption, with the banks' parts that this actor may see."""
        found: Redemption | None = super().get_object(request, object_id, from_field)
        if found is not None:
            found.seen_parts = parts_of(found, issuers=issuers_seen_by(actor=self.actor_seeing(request, found)))  # type: ignore[attr-defined]
        return found

    @admin.display(description=_("receipt"), ordering="number")
    def receipt(self, obj: Redemption) -> str:
        """The number as people have it in hand."""
        return obj.receipt

    @admin.display(description=_("resident"))
    def resident_name(self, obj: Redemption) -> str:
        """As the receipt shows it."""
        return masked_name(obj.resident.name)

    @admin.display(description=_("undone"), empty_value="")
    def undone(self, obj: Redemption) -> str | None:
        """Whether the outlet took it back."""
        return str(_("undone")) if hasattr(obj, "undo") else None

    @admin.display(description=_("of the points of"))
    def parts(self, obj: Redemption) -> SafeString:
        """Which banks stand behind the points."""
        shown = obj.seen_parts  # type: ignore[attr-defined]  # set by get_object
        return format_html_join("", "<div>{}: {}</div>", ((part.bank, part.points) for part in shown))


@admin.register(Checkout)
class CheckoutAdmin(ReadOnly):
    """Scans at the actor's merchants."""

    rows = staticmethod(checkouts_for)
    list_display = ("opened_at", "outlet", "cashier", "resident_name", "redeemed", "closed_at")
    list_select_related = ("outlet", "cashier__user", "resident", "redemption")
    ordering = ("-opened_at", "-pk")
    fields = ("outlet", "cashier", "resident_name", "opened_at", "expires_at", "redeemed", "closed_at")
    readonly_fields = fields

    @admin.display(description=_("resident"))
    def resident_name(self, obj: Checkout) -> str:
        """As the till saw it."""
        return masked_name(obj.resident.name)

    @admin.display(description=_("redeemed"))
    def redeemed(self, obj: Checkout) -> str:
        """Whether points were taken."""
        return str(_("yes") if hasattr(obj, "redemption") else _("no"))


@admin.register(DeviceCredential)
class DeviceAdmin(ReadOnly):
    """Phones of the actor's residents. Nothing of their keys is here, for nothing is kept."""

    rows = staticmethod(devices_for)
    list_display = ("resident", "enrolled_at", "frozen_at", "revoked_at")
    list_select_related = ("resident",)
    ordering = ("-enrolled_at", "-pk")
    fields = ("resident", "version", "key_id", "enrolled_at", "frozen_at", "revoked_at")
    readonly_fields = fields
