"""Cashiers' pages: actor, a few named reads, a template."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from core.clock import alliance_day, now
from core.errors import NotFound
from core.limits import PAGE_SIZE, TEXT_FIELD
from identity.models import User
from merchants.access import till_for
from merchants.models import Cashier
from merchants.queries import tills_of
from points.log.seals import seal_of_fact
from redemptions.errors import ReceiptNotFound
from redemptions.queries import receipt_for, taken_on, today_at
from residents.queries import is_resident
from web.actors import signed_in_page
from web.merchant.actors import OUTLET_IN_SESSION, till_page
from web.merchant.forms import OutletForm
from web.merchant.showing import receipt_story
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
    """Today's receipts of the outlet, newest first; `?older_than=` asks for the next page, `?number=` for a receipt of any day."""
    at, older_than, sought = now(), request.GET.get("older_than", ""), request.GET.get("number", "")
    told: dict[str, Any] = {"cashier": cashier, "first": not older_than, "at": at, "sought": sought[:TEXT_FIELD]}
    status = HTTPStatus.OK
    if sought:
        try:
            return redirect("merchant-receipt-page", receipt_for(cashier=cashier, receipt=sought).receipt)
        except ReceiptNotFound as refusal:
            told["not_found"], status = str(refusal), HTTPStatus.NOT_FOUND
    told["page"] = today_at(cashier=cashier, at=at, older_than=older_than)
    told["taken"] = taken_on(cashier=cashier, day=alliance_day(at))
    return render(request, "merchant/today.html", told, status=status)


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
