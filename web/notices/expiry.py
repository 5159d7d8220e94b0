"""A text message to the resident whose points expire."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import ngettext

from core.channels.reach import PhoneOutOfReach
from core.channels.services import send_text
from core.clock import alliance_day
from identity.queries import phone_of
from residents.models import ExpiryNotice, Resident


def tell_of_expiry(*, notice_id: int, at: datetime) -> None:
    """
    Send the notice in the resident's language; not after the last day, and not to one who can't sign in any more.

    A number that text messages don't go to any more is told nothing.

    :raises MessageNotSent: if the gateway did not take it; the news is then delivered again later.
    """
    notice = ExpiryNotice.objects.get(pk=notice_id)
    resident = Resident.objects.select_related("user").filter(wallet_id=notice.wallet_id, user__is_active=True).first()
    if resident is None or resident.user is None or alliance_day(at) > notice.expires_on:
        return
    phone = phone_of(user=resident.user)
    if phone is None:
        return
    with translation.override(resident.user.language):
        words = ngettext(
            "%(points)s point of yours is good until %(day)s. Spend it in your neighborhood before it expires.",
            "%(points)s points of yours are good until %(day)s. Spend them in your neighborhood before they expire.",
            notice.points,
        )
        text = words % {"points": notice.points, "day": date_format(notice.expires_on, "DATE_FORMAT")}
    with suppress(PhoneOutOfReach):  # the news would be delivered for ever
        send_text(phone=phone, text=text, at=at)
