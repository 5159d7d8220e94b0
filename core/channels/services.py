"""Send a text message: through the gateway that is set, or, embedded, to the inbox page."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.channels.models import Message
from core.channels.reach import check_reach
from core.errors import DomainError, ErrorKind
from core.limits import INBOX_MESSAGES_KEPT, SMS_TIMEOUT_SECONDS
from core.secrets import decrypt_text, encrypt_text

log = structlog.get_logger(__name__)


class MessageNotSent(DomainError):
    """The gateway did not take the message."""

    code = "message_not_sent"
    kind = ErrorKind.BUSY
    message = _("The message could not be sent. Try again in a minute.")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxMessage:
    """A message as the embedded inbox shows it."""

    phone: str
    text: str
    made_at: datetime


def send_text(*, phone: str, text: str, at: datetime) -> None:
    """
    Send a text message to a number in E.164 form. Neither number nor text is ever logged.

    :raises PhoneOutOfReach: if text messages don't go to that number.
    :raises MessageNotSent: if there is no gateway, or it did not take the message in time.
    """
    check_reach(phone)
    if settings.SMS_URL:
        _post(settings.SMS_URL, {"phone": phone, "text": text})
    elif settings.EMBEDDED:
        Message.objects.create(phone_encrypted=encrypt_text(phone), text_encrypted=encrypt_text(text), made_at=at)
        _forget_old()
    else:
        log.error("channels.no_gateway")
        raise MessageNotSent


def inbox(*, most: int) -> list[InboxMessage]:
    """The latest messages of an embedded system, newest first."""
    return [
        InboxMessage(phone=decrypt_text(row.phone_encrypted), text=decrypt_text(row.text_encrypted), made_at=row.made_at)
        for row in Message.objects.order_by("-made_at", "-pk")[:most]
    ]


def _forget_old() -> None:
    """Keep the newest. What others send meanwhile is newer than anything this removes."""
    newest = Message.objects.order_by("-pk").values_list("pk", flat=True)
    for oldest_kept in newest[INBOX_MESSAGES_KEPT - 1 : INBOX_MESSAGES_KEPT]:
        Message.objects.filter(pk__lt=oldest_kept).delete()


def _post(url: str, body: dict[str, str]) -> None:
    assert url.startswith(("https://", "http://")), "SMS_URL is an address of the web"
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=SMS_TIMEOUT_SECONDS):  # noqa: S310
            return
    except OSError as error:  # a refusal, a reset, a timeout, an answer above 399
        log.warning("channels.gateway_failed", error=type(error).__name__)
        raise MessageNotSent from None
