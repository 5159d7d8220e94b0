"""A resident gives points: whom and how many, a look at the name, done. What is confirmed is what the page carries."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.clock import now
from core.errors import DomainError
from core.limits import GIFTS_PER_DAY, POINTS_PER_GIFT
from core.shown import ChangedSinceShown, read_shown, sign_shown
from identity.phones import familiar_phone
from identity.queries import phone_of
from points.queries import is_frozen, spendable
from redemptions.queries import masked_name
from residents.cooling import cooling_of
from residents.models import Resident
from residents.queries import gifts_left, recent_receivers
from residents.services import find_receiver, give_points
from web.actors import phone_since
from web.resident.actors import resident_page
from web.resident.forms import GiftForm

SHOWN: Final = "gift"  # the field that carries whom, how many points, and the key under which they are given once


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page
def begin_gift(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Whom, and how many points; nothing is given yet."""
    at = now()
    known = {str(other.pk): other for other in recent_receivers(giver=resident)}
    left, points = gifts_left(giver=resident, at=at), spendable(resident.wallet_id, at=at)
    cooling = cooling_of(resident, points=points, phone_since=phone_since(request) or at, at=at)
    most = min(points, POINTS_PER_GIFT, left.points, cooling.left if cooling else points) if left.gifts else 0
    form = GiftForm(
        request.POST if request.method == "POST" else None,
        known=[(pk, " · ".join(_named(other).values())) for pk, other in known.items()],
        most=most,
    )
    if form.is_valid():
        try:
            receiver = known.get(form.cleaned_data.get("known", ""))
            receiver = receiver or find_receiver(giver=resident, phone=form.cleaned_data["phone"], at=at)
        except DomainError as refusal:
            form.add_error("phone", str(refusal))
        else:
            return redirect(f"{reverse('resident-gift-confirm')}?{urlencode({SHOWN: _signed(resident, receiver, form)})}")
    shown = {
        "form": form,
        "spendable": points,
        "most": most,
        "frozen": is_frozen(resident.wallet_id),
        "cooling": cooling,
        "per_gift": POINTS_PER_GIFT,
        "per_day": GIFTS_PER_DAY,
    }
    return render(request, "resident/gift.html", shown, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page
def confirm_gift(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The masked name and the points; giving them leads to the line in the history. Sent twice, it is given once."""
    token = (request.POST if request.method == "POST" else request.GET).get(SHOWN, "")
    try:
        shown = read_shown(token, about=SHOWN, viewer=resident.pk)
    except DomainError as refusal:
        if token:
            messages.error(request, str(refusal))
        return redirect("resident-gift")
    page = {**shown, "token": token}
    if request.method != "POST":
        return render(request, "resident/gift_confirm.html", page)
    at = now()
    try:
        gift = give_points(
            giver=resident,
            receiver=_receiver(shown),
            points=shown["points"],
            key=shown["key"],
            phone_since=phone_since(request) or at,  # a phone that never showed a code is new
            at=at,
        )
    except DomainError as refusal:
        return render(request, "resident/gift_confirm.html", {**page, "refusal": str(refusal)}, status=HTTPStatus.CONFLICT)
    words = ngettext("%(name)s has your %(points)s point.", "%(name)s has your %(points)s points.", gift.points)
    messages.success(request, words % {"name": shown["name"], "points": gift.points})
    return redirect("resident-transfer", gift.transfer_id)


def _signed(giver: Resident, receiver: Resident, form: GiftForm) -> str:
    meant = {"receiver": str(receiver.pk), **_named(receiver), "points": form.cleaned_data["points"], "key": str(uuid4())}
    return sign_shown(about=SHOWN, viewer=giver.pk, facts=meant)


def _receiver(shown: dict[str, Any]) -> Resident:
    """
    Who was shown.

    :raises ChangedSinceShown: if they left, became one with another, or their name or number is another now.
    """
    found = Resident.objects.select_related("user").filter(pk=shown["receiver"], user__is_active=True).first()
    if found is None or _named(found) != {"name": shown["name"], "phone": shown["phone"]}:
        raise ChangedSinceShown
    return found


def _named(other: Resident) -> dict[str, str]:
    """How the giver knows the other again: the first letter of the name, and the number without its middle."""
    phone = phone_of(user=other.user) if other.user else None
    return {"name": masked_name(other.name), "phone": familiar_phone(phone) if phone else ""}


def _status(form: GiftForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
