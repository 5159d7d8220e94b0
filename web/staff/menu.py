"""The admin's menu, by audience: each member of staff finds the pages their role may see."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# (title, [(model, symbol)]), in the order of who uses them most: the desk, the bank, the alliance, the auditor
MENU: Final[tuple[tuple[Promise, tuple[tuple[str, str], ...]], ...]] = (
    (_("Residents"), (("residents.resident", "groups"), ("residents.banklink", "link"))),
    (_("Merchants"), (("merchants.merchant", "storefront"), ("merchants.outlet", "location_on"), ("merchants.cashier", "badge"))),
    (
        _("Earning"),
        (
            ("earning.rule", "rule"),
            ("earning.ruleversion", "history_edu"),
            ("earning.event", "event_note"),
            ("earning.award", "redeem"),
            ("earning.eventconflict", "difference"),
        ),
    ),
    (
        _("Redeeming"),
        (
            ("redemptions.redemption", "receipt_long"),
            ("redemptions.checkout", "qr_code_scanner"),
            ("redemptions.devicecredential", "smartphone"),
        ),
    ),
    (
        _("Settling"),
        (
            ("settlements.businessday", "calendar_today"),
            ("settlements.merchantstatement", "request_quote"),
            ("settlements.merchantline", "list_alt"),
            ("settlements.issuerstatement", "account_balance_wallet"),
            ("settlements.netpayment", "swap_horiz"),
        ),
    ),
    (_("Ledger"), (("points.transfer", "receipt"),)),
    (_("Second person"), (("decisions.approval", "how_to_reg"),)),
    (_("Files"), (("imports.fileimport", "upload_file"),)),
    (
        _("Alliance"),
        (
            ("branches.alliance", "handshake"),
            ("branches.bank", "account_balance"),
            ("branches.branch", "home_work"),
            ("branches.neighborhood", "holiday_village"),
            ("identity.user", "person"),
            ("branches.staffrole", "admin_panel_settings"),
            ("openapi.client", "key"),
            ("audit.securityevent", "shield_person"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of this member of staff: pages there are, and that their role may see."""
    groups = [{"title": title, "separator": True, "collapsible": False, "items": _items(request, models)} for title, models in MENU]
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, models: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    pages = {page.opts.label_lower: page for page in admin.site._registry.values()}  # noqa: SLF001 - no public way to the registered pages
    shown = [(pages[label], symbol) for label, symbol in models if label in pages and pages[label].has_view_permission(request)]
    return [
        {
            "title": capfirst(page.opts.verbose_name_plural),
            "icon": symbol,
            "link": reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist"),
        }
        for page, symbol in shown
    ]
