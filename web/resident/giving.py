"""A resident gives points: whom and how many, a look at the name, done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.clock import now
from core.errors import DomainError
from core.limits import GIFTS_PER_DAY, POINTS_PER_GIFT
from points.queries import is_frozen, spendable
from redemptions.queries import masked_name
from residents.models import Resident
from residents.services import find_receiver, give_points
from web.resident.actors import resident_page
from web.resident.forms import GiftForm

MEANT: Final = "gift"  # in the session: to whom, how many points, and the key under which it is given once


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page
def begin_gift(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Whom, and how many points; nothing is given yet."""
    at = now()
    form = GiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            receiver = find_receiver(giver=resident, phone=form.cleaned_data["phone"], at=at)
        except DomainError as refusal:
            form.add_error("phone", str(refusal))
        else:
            points = form.cleaned_data["points"]
            request.session[MEANT] = {"receiver": str(receiver.pk), "points": points, "key": str(uuid4())}
            return redirect("resident-gift-confirm")
    shown = {
        "form": form,
        "spendable": spendable(resident.wallet_id, at=at),
        "frozen": is_frozen(resident.wallet_id),
        "most": POINTS_PER_GIFT,
        "gifts": GIFTS_PER_DAY,
    }
    return render(request, "resident/gift.html", shown, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page
def confirm_gift(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The masked name and the points; giving them leads to the line in the history. Sent twice, it is given once."""
    meant: dict[str, Any] | None = request.session.get(MEANT)
    receiver = Resident.objects.filter(pk=meant["receiver"], user__isnull=False).first() if meant else None
    if meant is None or receiver is None:
        return redirect("resident-gift")
    shown = {"name": masked_name(receiver.name), "points": meant["points"]}
    if request.method != "POST":
        return render(request, "resident/gift_confirm.html", shown)
    try:
        gift = give_points(giver=resident, receiver=receiver, points=meant["points"], key=meant["key"], at=now())
    except DomainError as refusal:
        shown["refusal"] = str(refusal)
        return render(request, "resident/gift_confirm.html", shown, status=HTTPStatus.CONFLICT)
    words = ngettext("%(name)s has your %(points)s point.", "%(name)s has your %(points)s points.", gift.points)
    messages.success(request, words % {"name": shown["name"], "points": gift.points})
    return redirect("resident-transfer", gift.transfer_id)


def _status(form: GiftForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
