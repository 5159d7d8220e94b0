"""Cashiers' pages: actor, a few named reads, a template."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from core.clock import alliance_day, now
from core.errors import NotFound
from core.limits import PAGE_SIZE
from identity.models import User
from merchants.access import till_for
from merchants.models import Cashier
from merchants.queries import tills_of
from points.log.seals import seal_of_fact, seal_of_number
from redemptions.access import receipt_for
from redemptions.queries import taken_on, today_at
from residents.queries import is_resident
from settlements.access import line_of_till, statement_of_till
from settlements.citing import citation_of
from settlements.queries import lines_of, statements_of_merchant
from web.merchant.actors import OUTLET_IN_SESSION, till_page
from web.merchant.forms import OutletForm
from web.merchant.showing import line_story, receipt_story, statement_line
from web.merchant.tills import OUTLET_DIGITS
from web.resident.actors import signed_in_page
from web.sign_in.sessions import sessions_shown


@require_safe
@ensure_csrf_cookie
@csp_update({"script-src": [WASM_UNSAFE_EVAL]})  # type: ignore[untyped-decorator]  # the code reader is WebAssembly
@till_page
def show_till(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """Where codes are scanned and points are taken."""
    several = tills_of(user_id=cashier.user_id)[:2]
    return render(request, "merchant/till.html", {"cashier": cashier, "several": len(several) > 1})


@require_safe
@till_page
def show_today(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """Today's receipts of the outlet, newest first; `?older_than=` asks for the next page."""
    at, older_than = now(), request.GET.get("older_than", "")
    page = today_at(cashier=cashier, at=at, older_than=older_than)
    taken = taken_on(cashier=cashier, day=alliance_day(at))
    return render(request, "merchant/today.html", {"cashier": cashier, "page": page, "taken": taken, "first": not older_than, "at": at})


@require_safe
@ensure_csrf_cookie
@till_page
def show_receipt(request: HttpRequest, cashier: Cashier, number: str) -> HttpResponse:
    """One receipt of the outlet: what was taken, whose points, and the way to undo it."""
    redemption = receipt_for(cashier=cashier, receipt=number)
    seal = seal_of_fact(party=redemption.wallet_id, fact=redemption.transfer_id)
    told = {"cashier": cashier, "story": receipt_story(redemption, at=now()), "seal": seal}
    return render(request, "merchant/receipt.html", told)


@require_safe
@till_page
def show_statements(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """The merchant's closed days, newest first; `?before=` asks for earlier ones."""
    before = _day(request.GET.get("before", ""))
    found = statements_of_merchant(merchant_id=cashier.outlet.merchant_id, before=before, limit=PAGE_SIZE + 1)
    more = found[PAGE_SIZE - 1].day_id if len(found) > PAGE_SIZE else None
    told = {"cashier": cashier, "statements": found[:PAGE_SIZE], "more": more, "first": before is None}
    return render(request, "merchant/statements.html", told)


@require_safe
@till_page
def show_statement(request: HttpRequest, cashier: Cashier, statement_id: UUID) -> HttpResponse:
    """One closed day with its lines in the sealed order; `?after=` asks for the next ones."""
    statement = statement_of_till(cashier=cashier, statement_id=statement_id)
    after = _number(request.GET.get("after", ""))
    found = list(lines_of(statement=statement).select_related("redemption__outlet", "statement").filter(number__gt=after)[: PAGE_SIZE + 1])
    more = found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else None
    lines = [statement_line(line) for line in found[:PAGE_SIZE]]
    told = {"cashier": cashier, "statement": statement, "lines": lines, "more": more, "first": after == 0}
    told["citation"] = citation_of(day=statement.day)
    return render(request, "merchant/statement.html", told)


@require_safe
@till_page
def show_line(request: HttpRequest, cashier: Cashier, number: int) -> HttpResponse:
    """One line of a statement opened to its receipt."""
    story = line_story(line_of_till(cashier=cashier, number=number))
    return render(request, "merchant/line.html", {"cashier": cashier, "story": story, "seal": seal_of_number(number=number)})


@require_safe
@till_page
def show_settings(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """Outlet, language, type, theme, the way to one's own points, signing out."""
    tills = tills_of(user_id=cashier.user_id).order_by("appointed_at", "pk")[:PAGE_SIZE]
    told = {"cashier": cashier, "tills": tills, "is_resident": is_resident(user_id=cashier.user_id)}
    return render(request, "merchant/settings.html", {**told, **sessions_shown(request, cashier.user)})


@require_POST
@signed_in_page
def choose_outlet(request: HttpRequest, user: User) -> HttpResponse:
    """Stand at another outlet of one's own from now on."""
    form = OutletForm(request.POST)
    if not form.is_valid():
        raise NotFound
    request.session[OUTLET_IN_SESSION] = till_for(actor=user, outlet_id=form.cleaned_data["outlet"]).outlet_id
    return redirect("merchant-till")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown in place of a page that needs the network; what was under way is asked for there too."""
    return render(request, "merchant/offline.html")


def _day(text: str) -> date | None:
    """
    The day that was asked for; None if none was.

    :raises NotFound: if it can't be one.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound from None


def _number(text: str) -> int:
    """
    The number that was asked for; zero if none was.

    :raises NotFound: if it can't be one.
    """
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= OUTLET_DIGITS):
        raise NotFound
    return int(text)
