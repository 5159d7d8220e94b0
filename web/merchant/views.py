"""What a till asks for as JSON: the cashier, one call, the answer. The same key is answered the same, status included."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from core.clock import alliance_day, now
from merchants.models import Cashier
from points.queries import spendable
from redemptions.choices import Way
from redemptions.errors import CheckoutNotFound
from redemptions.queries import Receipt, masked_name, outcome_of, receipt_of, receipt_with_parts, today_at
from redemptions.services import open_checkout, redeem, redeem_code, refund, undo
from web.bodies import read_fields
from web.merchant.tills import till_view

BY_CHECKOUT: Final = {"checkout": str, "points": int, "key": str}
BY_CODE: Final = {"code": str, "way": Way, "points": int, "key": str}


@require_POST
@till_view
def checkouts(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """Open a checkout on a scanned code: `{code, way, key}`."""
    body = read_fields(request, {"code": str, "way": Way, "key": str})
    at = now()
    checkout = open_checkout(cashier=cashier, at=at, **body)
    return JsonResponse(
        {
            "checkout": str(checkout.pk),
            "name": masked_name(checkout.resident.name),
            "spendable": spendable(checkout.wallet_id, at=at),
            "expires_at": checkout.expires_at.isoformat(),
            "seconds_left": int((checkout.expires_at - at).total_seconds()),
        },
        status=HTTPStatus.CREATED,
    )


@require_POST
@till_view
def redemptions(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """Take points, from a checkout or straight from a code: `{checkout, points, key}` or `{code, way, points, key}`."""
    body = read_fields(request, BY_CHECKOUT, other=BY_CODE)
    points, key, at = body["points"], body["key"], now()
    if "code" in body:
        redemption = redeem_code(cashier=cashier, code=body["code"], way=body["way"], points=points, key=key, at=at)
    else:
        redemption = redeem(cashier=cashier, checkout_id=_checkout_id(body["checkout"]), points=points, key=key, at=at)
    return JsonResponse(_receipt(receipt_of(redemption)), status=HTTPStatus.CREATED)


@require_GET
@till_view
def outcome(_request: HttpRequest, cashier: Cashier, key: str) -> HttpResponse:
    """What a key was answered, for a till whose connection died: the receipt, the refusal, or `not_taken`."""
    redemption = outcome_of(cashier=cashier, key=key).or_raise()
    return JsonResponse(_receipt(receipt_of(redemption)))


@require_GET
@till_view
def receipt(_request: HttpRequest, cashier: Cashier, number: str) -> HttpResponse:
    """A receipt, with the banks whose points it is made of."""
    found, parts = receipt_with_parts(cashier=cashier, receipt=number)
    return JsonResponse({**_receipt(found), "parts": [{"bank": part.bank, "points": part.points} for part in parts]})


@require_GET
@till_view
def today(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """Today's receipts of the outlet, newest first; `?older_than=` asks for the next page."""
    at = now()
    page = today_at(cashier=cashier, at=at, older_than=request.GET.get("older_than", ""))
    receipts = [_receipt(item) for item in page.receipts]
    return JsonResponse({"day": alliance_day(at).isoformat(), "receipts": receipts, "older_than": page.older_than})


@require_POST
@till_view
def undos(request: HttpRequest, cashier: Cashier, number: str) -> HttpResponse:
    """Give all that is left of a receipt back, the same day: `{left, key, reason}`, `left` as the page showed it."""
    body = read_fields(request, {"left": int, "key": str, "reason": str})
    done = undo(cashier=cashier, receipt=number, at=now(), **body)
    return JsonResponse(_receipt(receipt_of(done.redemption)), status=HTTPStatus.CREATED)


@require_POST
@till_view
def refunds(request: HttpRequest, cashier: Cashier, number: str) -> HttpResponse:
    """Give some of a receipt's points back, on any day: `{points, left, key, reason}`, `left` as the page showed it."""
    body = read_fields(request, {"points": int, "left": int, "key": str, "reason": str})
    done = refund(cashier=cashier, receipt=number, at=now(), **body)
    redemption = done.redemption
    return JsonResponse(
        {
            "receipt": redemption.receipt,
            "name": masked_name(redemption.resident.name),
            "points": done.points,
            "left": done.left,
            "given_back_at": done.refunded_at.isoformat(),
        },
        status=HTTPStatus.CREATED,
    )


def _checkout_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CheckoutNotFound from None


def _receipt(found: Receipt) -> dict[str, Any]:
    return {
        "receipt": found.number,
        "outlet": found.outlet,
        "merchant": found.merchant,
        "name": found.resident,
        "points": found.points,
        "given_back": found.given_back,
        "taken_at": found.redeemed_at.isoformat(),
        "undone_at": found.undone_at.isoformat() if found.undone_at else None,
    }
