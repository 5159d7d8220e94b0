"""A merchant's receipts and the lines of its statements prove themselves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.clock import now
from merchants.models import Cashier
from points.queries import sealed_number
from redemptions.queries import receipt_for
from settlements.access import line_of_till
from web.merchant.actors import till_page
from web.merchant.showing import is_of_today
from web.proofs import Back, answer_proof


@require_safe
@till_page
def show_receipt_proof(request: HttpRequest, cashier: Cashier, number: str) -> HttpResponse:
    """The proof of one receipt of the outlet; `?file=1` asks for it as a file."""
    redemption = receipt_for(cashier=cashier, receipt=number)
    number_of_log = sealed_number(redemption.wallet_id, transfer=redemption.transfer_id)
    here = "today" if is_of_today(redemption, at=now()) else "statements"
    back = Back(address=reverse("merchant-receipt-page", args=[number]), words=_("Receipt"))
    return answer_proof(request, "merchant/proof.html", number=number_of_log, back=back, more={"cashier": cashier, "here": here})


@require_safe
@till_page
def show_line_proof(request: HttpRequest, cashier: Cashier, number: int) -> HttpResponse:
    """The proof of one line of a statement; `?file=1` asks for it as a file."""
    line = line_of_till(cashier=cashier, number=number)
    back = Back(address=reverse("merchant-line", args=[number]), words=_("Receipt"))
    return answer_proof(request, "merchant/proof.html", number=line.number, back=back, more={"cashier": cashier, "here": "statements"})
