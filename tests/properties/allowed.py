"""All that a member of staff may see and do, as plain facts: two people's can be added up and compared with a third one's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Final, TypeAlias

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.messages.storage.cookie import CookieStorage
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.test import RequestFactory

from branches.admin_base import PlacesMixed, ScopedAdmin
from core.clock import now
from decisions.access import approvals_decided_by, approvals_waiting_for
from identity.models import User
from residents.access import residents_found
from settlements.models import BusinessDay
from settlements.sheets import SHEETS
from web.staff.dashboard import dashboard
from web.staff.menu import navigation

Fact: TypeAlias = tuple[object, ...]
TERMS: Final = ("1001", "2001", "2003", "2101", "Zhang", "Between", "+8613800001003")
REDEEMED: Final = "redeem"


def asked_by(user: User) -> HttpRequest:
    """A request of this member of staff."""
    request = RequestFactory().get("/admin/")
    request.user = user
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def allowed(user: User) -> set[Fact]:
    """Every fact about what the user may see and do."""
    request = asked_by(user)
    facts: set[Fact] = set(_elsewhere(request, user))
    for page in admin.site._registry.values():
        assert isinstance(page, ScopedAdmin)
        label = page.opts.label_lower
        facts.update((label, *fact) for part in PARTS for fact in part(page, request))
    return facts


def _rows(page: ScopedAdmin, request: HttpRequest) -> Iterator[Fact]:
    """Rows listed, opened and changed, what a page shows of a row, and what may be asked for there."""
    opens_by_itself = type(page).get_object is not ModelAdmin.get_object
    for row in page.get_queryset(request):
        yield ("listed", row.pk)
        opened = row
        if opens_by_itself and getattr(row, "reason", REDEEMED) == REDEEMED:  # of transfers, those of two banks' points
            opened = page.get_object(request, f"{row.party_id}~{row.id}" if page.opts.label == "points.Transfer" else str(row.pk))
            assert opened is not None, "what is listed has its page"
        if page.has_change_permission(request, opened):
            yield ("changed", row.pk)
        yield from (("field", row.pk, field) for field in page.get_fields(request, opened))
        if page.actions_detail:
            yield from (("asked", row.pk, action.action_name) for action in page.get_actions_detail(request, row.pk))
        yield from (("shown", row.pk, *part) for part in _shown(opened))


def _shown(row: Any) -> Iterator[Fact]:
    """Whose points a page tells of, where that depends on who looks."""
    for lot in getattr(row, "seen_lots", ()):
        yield ("lot", lot.issuer_id, lot.points, lot.expires_on)
    for part in getattr(row, "seen_parts", ()):
        yield ("part", part.bank, part.points)
    for move in (*getattr(row, "seen_moves", ()), *([row.seen] if hasattr(row, "seen") else [])):
        yield from (("posting", move.id, posting.issuer_id, posting.points) for posting in move.postings)


def _tables(page: ScopedAdmin, request: HttpRequest) -> Iterator[Fact]:
    """Rows of the tables inside a page."""
    if not page.has_view_permission(request):
        return
    for inline in page.get_inline_instances(request):
        yield from (("inside", inline.model._meta.label, row.pk) for row in inline.get_queryset(request))


def _form(page: ScopedAdmin, request: HttpRequest) -> Iterator[Fact]:
    """What may be made, of which choices, and which of these together."""
    if not page.has_add_permission(request):
        return
    yield ("added",)
    fields = page.get_form(request).base_fields
    choices = {name: list(field.queryset or ()) for name, field in fields.items() if isinstance(field, ModelChoiceField)}
    yield from (("choice", name, row.pk) for name, rows in choices.items() for row in rows)
    if len(choices) > 1:
        for chosen in product(*choices.values()):
            try:
                page.check_places(request, chosen)
            except PlacesMixed:
                continue
            yield ("together", *(row.pk for row in chosen))


def _actions(page: ScopedAdmin, request: HttpRequest) -> Iterator[Fact]:
    """Which rows an action gets."""
    for name, (act, _name, _about) in page.get_actions(request).items():
        chosen = page.allowed(request, act.by, page.get_queryset(request))
        yield from (("action", name, row.pk) for row in ([] if chosen is None else chosen))


PARTS: Final[tuple[Callable[[ScopedAdmin, HttpRequest], Iterator[Fact]], ...]] = (_rows, _tables, _form, _actions)


def _elsewhere(request: HttpRequest, user: User) -> Iterator[Fact]:
    """The menu, searches, exports, decisions, and the first page."""
    yield from (("menu", item["link"]) for group in navigation(request) for item in group["items"])
    yield from (("found", term, found.pk) for term in TERMS for found in residents_found(actor=user, term=term))
    for day, sheet in product(BusinessDay.objects.values_list("day", flat=True), SHEETS.values()):
        yield from (("sheet", sheet.name, row.pk) for row in sheet.seen_of_day(actor=user, day=day))
    yield from (("decides", row.pk) for row in approvals_decided_by(actor=user))
    yield from (("waits", row.pk) for row in approvals_waiting_for(actor=user, at=now()))
    shown = dashboard(request, {})["dashboard"]
    yield from (("import", row.file.pk) for row in shown.imports)
    yield from (("told", name) for name in ("waiting_facts", "books") if getattr(shown, name) is not None)


def figures(user: User) -> tuple[int, int, int]:
    """What the first page counts: points earned today, events that wait, requests to decide."""
    shown = dashboard(asked_by(user), {})["dashboard"]
    return shown.panels[0].chart.total, shown.waiting_events, shown.approvals
