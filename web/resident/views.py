"""What a resident asks for as JSON: actor, one call, answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from core.clock import now
from core.limits import NEWS_AGE
from identity.models import User
from points.queries import history as history_of
from points.queries import is_frozen, lots, spendable
from redemptions.queries import Receipt, came_back, checkout_of, devices_of, latest_receipt
from redemptions.services import codes_ahead, enroll_device
from residents.access import resident_of, wallets_of_user
from residents.models import Resident
from residents.services import claim_link
from web.actors import PHONE_IN_SESSION, remember_phone
from web.bodies import read_fields
from web.problems import json_view
from web.resident.wallet import lots_shown, transfers_shown

HANDLE_DIGITS: Final = 9


@require_POST
@json_view
def links(request: HttpRequest) -> HttpResponse:
    """Claim a customer number of a bank: `{bank, customer, code}`."""
    assert isinstance(request.user, User)
    body = read_fields(request, {"bank": str, "customer": str, "code": str})
    link = claim_link(user=request.user, bank=body["bank"], customer=body["customer"], code=body["code"], at=now())
    return JsonResponse({"bank": link.bank.code, "resident": str(link.resident_id)}, status=HTTPStatus.CREATED)


@require_GET
@json_view
def points(request: HttpRequest) -> HttpResponse:
    """What may be spent now, and every lot with its dates."""
    wallet = _resident(request).wallet_id
    return JsonResponse({"spendable": spendable(wallet, at=now()), "lots": lots_shown(lots(wallet))})


@require_GET
@json_view
def history(request: HttpRequest) -> HttpResponse:
    """The latest transfers of the wallet, newest first."""
    assert isinstance(request.user, User)
    return JsonResponse({"transfers": transfers_shown(history_of(*wallets_of_user(user=request.user)))})


@require_POST
@json_view
def devices(request: HttpRequest) -> HttpResponse:
    """Let this phone show codes: `{}`. The key is in this answer and nowhere else."""
    read_fields(request, {})
    at = now()
    enrolled = enroll_device(resident=_resident(request), at=at)
    device = enrolled.device
    remember_phone(request, handle=device.handle, at=at)
    return JsonResponse(
        {
            "resident": str(device.resident_id),
            "handle": f"{device.handle:09d}",
            "version": device.version,
            "key": enrolled.key.hex(),
            "server_time": at.isoformat(),
        },
        status=HTTPStatus.CREATED,
    )


@require_POST
@json_view
def codes(request: HttpRequest) -> HttpResponse:
    """Codes of the next minutes for a phone that can't keep a key: `{}`."""
    read_fields(request, {})
    at = now()
    ahead = codes_ahead(resident=_resident(request), handle=request.session.get(PHONE_IN_SESSION), at=at)
    remember_phone(request, handle=ahead.handle, at=at)
    return JsonResponse({"first_step": ahead.first_step, "codes": ahead.codes}, status=HTTPStatus.CREATED)


@require_GET
@json_view
def present(request: HttpRequest) -> HttpResponse:
    """How things stand: `?handle=` asks whether that phone may show codes. Asked every two seconds while a code is shown."""
    at, resident = now(), _resident(request)
    handle = request.GET.get("handle", "")
    named = devices_of(resident=resident).filter(handle=int(handle)) if _is_handle(handle) else None
    phone = None if named is None else named.values("last_step", "frozen_at").first()
    latest, checkout = latest_receipt(resident=resident), checkout_of(resident=resident, at=at)
    back = came_back(resident=resident, since=at - NEWS_AGE)
    if phone is not None and request.session.get(PHONE_IN_SESSION) != int(handle):
        request.session[PHONE_IN_SESSION] = int(handle)  # enrolled in an earlier session; whoever ends this one stops that phone
    return JsonResponse(
        {
            "resident": str(resident.pk),
            "spendable": spendable(resident.wallet_id, at=at),
            "phone": phone is not None,
            "frozen": is_frozen(resident.wallet_id) or (phone is not None and phone["frozen_at"] is not None),
            "read_step": phone and phone["last_step"],
            "checkout": checkout and {"id": str(checkout.id), "outlet": checkout.outlet, "refusal": checkout.refusal},
            "came_back": back and {"receipt": back.number, "outlet": back.outlet, "points": back.given_back},
            "latest": latest and _facts(latest),
            "server_time": now().isoformat(),
        }
    )


def _is_handle(text: str) -> bool:
    return len(text) == HANDLE_DIGITS and text.isascii() and text.isdigit()


def _facts(receipt: Receipt) -> dict[str, str | int]:
    return {
        "receipt": receipt.number,
        "outlet": receipt.outlet,
        "points": receipt.points,
        "given_back": receipt.given_back,
        "taken_at": receipt.redeemed_at.isoformat(),
    }


def _resident(request: HttpRequest) -> Resident:
    assert isinstance(request.user, User)
    return resident_of(user=request.user)
