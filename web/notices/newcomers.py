"""When a customer number is claimed or a phone is added, the phones that were known before get a text."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext, override

from core.channels.reach import PhoneOutOfReach
from core.channels.services import send_text
from core.secrets import decrypt_text
from identity.models import User
from identity.phones import masked_phone
from identity.queries import phone_of
from redemptions.models import DeviceCredential
from residents.models import BankLink
from residents.queries import links_of


def tell_of_claim(*, link_id: int, at: datetime) -> None:
    """
    Tell the phone in the bank's file that the customer's points were claimed, by which phone, and what to do.

    :raises MessageNotSent: if the gateway did not take it; the news is then delivered again later.
    """
    link = BankLink.objects.select_related("bank", "resident__user").get(pk=link_id)
    if link.phone_encrypted is None:
        return
    user = link.resident.user
    by = phone_of(user=user) if user else None
    told = {"bank": link.bank.name, "phone": masked_phone(by) if by else ""}
    with override(_language_of(user) if user and by == decrypt_text(link.phone_encrypted) else settings.LANGUAGE_CODE):
        text = gettext(
            "%(bank)s: your points were just claimed by the phone %(phone)s. If that was not you, tell your branch at once: it stops "
            "them from being spent."
        )
    _send({decrypt_text(link.phone_encrypted): text % told}, at=at)


def tell_of_phone(*, device_id: UUID, at: datetime) -> None:
    """
    Tell the resident's own phone, and those in their banks' files, that one more phone can spend the points now.

    :raises MessageNotSent: if the gateway did not take one; the news is then delivered again later.
    """
    device = DeviceCredential.objects.select_related("resident__user").get(pk=device_id)
    user = device.resident.user
    own = phone_of(user=user) if user else None
    files = [decrypt_text(link.phone_encrypted) for link in links_of(resident=device.resident) if link.phone_encrypted]
    phones = dict.fromkeys([*([own] if own else []), *files])
    with override(_language_of(user)):
        text = gettext(
            "One more phone can spend your points now. If that was not you, sign out everywhere in the settings, or tell your branch at "
            "once: it stops them from being spent."
        )
    _send(dict.fromkeys(phones, text), at=at)


def _language_of(user: User | None) -> str:
    return user.language if user else settings.LANGUAGE_CODE


def _send(texts: Mapping[str, str], *, at: datetime) -> None:
    for phone, text in texts.items():
        with suppress(PhoneOutOfReach):  # the news would be delivered for ever
            send_text(phone=phone, text=text, at=at)
