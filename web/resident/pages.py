"""Residents' pages: actor, a few named reads, a template."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import alliance_day, now
from core.errors import DomainError, NotFound
from core.limits import NEWS_AGE, OUTLETS_NEAR
from identity.models import User
from identity.phones import familiar_phone
from identity.queries import phone_of
from merchants.queries import outlets_near, outlets_open, tills_of, working_till
from points.log.seals import seal_of_number
from points.queries import is_frozen, lots, owed, spendable, transfers
from redemptions.queries import came_back
from residents.access import resident_of
from residents.cooling import cooling_of
from residents.models import Resident
from residents.queries import links_of, wallets_of
from residents.services import claim_link
from web.actors import phone_since, signed_in_page
from web.resident.actors import resident_page
from web.resident.forms import BankForm
from web.resident.showing import debts, expiries, next_expiry, story
from web.sign_in.sessions import sessions_shown


@never_cache
@ensure_csrf_cookie
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """How many points, what expires when, what is near. For others: what this is, and the way in."""
    if not isinstance(request.user, User):
        return render(request, "resident/welcome.html")
    try:
        resident = resident_of(user=request.user)
    except NotFound:
        return _newcomer(request, request.user)
    return _home(request, resident)


@require_safe
@ensure_csrf_cookie
def show_code(request: HttpRequest) -> HttpResponse:
    """The page that makes codes on the phone. It says nothing about anybody, so that phones may keep it."""
    return render(request, "resident/code.html")


@require_safe
@resident_page
def show_transfer(request: HttpRequest, resident: Resident, transfer_id: UUID) -> HttpResponse:
    """One line opened: why, where, proof."""
    found = transfers([(resident.wallet_id, transfer_id)]).get(transfer_id)
    if found is None:  # then of a wallet that was merged
        found = transfers([(wallet, transfer_id) for wallet in wallets_of(resident=resident)]).get(transfer_id)
    if found is None:
        raise NotFound
    told = {"story": story(found, resident=resident, today=alliance_day(now())), "seal": seal_of_number(number=found.number)}
    return render(request, "resident/transfer.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def link_bank(request: HttpRequest, user: User) -> HttpResponse:
    """Claim one's customer number of a bank with a claim code."""
    form = BankForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            link = claim_link(user=user, bank=data["bank"].code, customer=data["customer"], code=data["code"], at=now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(bank)s knows you now. Your points are here.") % {"bank": link.bank.name})
            return redirect("home")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "resident/bank.html", {"form": form}, status=status)


@require_safe
@signed_in_page
def show_settings(request: HttpRequest, user: User) -> HttpResponse:
    """Language, type, theme, banks, signing out."""
    resident = Resident.objects.filter(user=user).first()
    links = links_of(resident=resident) if resident else []
    told = {"links": links, "is_cashier": working_till(user_id=user.pk) is not None}
    return render(request, "resident/settings.html", {**told, **sessions_shown(request, user)})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown in place of a page that needs the network."""
    return render(request, "resident/offline.html")


def _newcomer(request: HttpRequest, user: User) -> HttpResponse:
    phone = phone_of(user=user)
    told = {
        "tills": tills_of(user_id=user.pk)[:1],
        "outlets": outlets_open(limit=OUTLETS_NEAR),
        "phone": familiar_phone(phone) if phone else "",
    }
    return render(request, "resident/newcomer.html", told)


def _home(request: HttpRequest, resident: Resident) -> HttpResponse:
    at = now()
    branches = set(links_of(resident=resident).values_list("branch_id", flat=True))
    points, dates = spendable(resident.wallet_id, at=at), expiries(lots(resident.wallet_id), at=at)
    cooling = cooling_of(resident, points=points, phone_since=phone_since(request), at=at)
    near = outlets_near(neighborhood_id=resident.neighborhood_id, branch_ids=branches - {None})
    return render(
        request,
        "resident/home.html",
        {
            "resident": resident,
            "spendable": points,
            "back": came_back(resident=resident, since=at - NEWS_AGE),
            "frozen": is_frozen(resident.wallet_id),
            "cooling": cooling,
            "debts": debts(owed(resident.wallet_id)),
            "next": next_expiry(dates, spendable=points),
            "expiries": dates,
            "outlets": near[:OUTLETS_NEAR],
        },
    )
