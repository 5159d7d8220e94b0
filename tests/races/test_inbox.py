"""Many messages at once: none is forgotten while it is new, and old ones go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from pytest_django import Settings

from core.channels.models import Message
from core.channels.services import inbox, send_text
from core.limits import INBOX_MESSAGES_KEPT
from tests.waiting import PATIENCE_SECONDS
from tests.world import moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

SENDERS = 8
EACH = 15


@pytest.fixture(autouse=True)
def _embedded(settings: Settings) -> None:
    settings.EMBEDDED, settings.SMS_URL = True, ""


def test_messages_sent_at_once_are_all_in_the_inbox() -> None:
    together = Barrier(SENDERS, timeout=PATIENCE_SECONDS)

    def send(sender: int) -> None:
        try:
            together.wait()
            for number in range(EACH):
                send_text(phone=f"+861380000{sender:02d}{number:02d}", text="code", at=moment("2026-03-20"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SENDERS) as threads:
        list(threads.map(send, range(SENDERS)))

    assert len({message.phone for message in inbox(most=SENDERS * EACH)}) == SENDERS * EACH


def test_the_oldest_messages_go() -> None:
    at = moment("2026-03-20")
    first = Message.objects.create(phone_encrypted="", text_encrypted="", made_at=at)
    Message.objects.bulk_create(Message(phone_encrypted="", text_encrypted="", made_at=at) for _ in range(INBOX_MESSAGES_KEPT - 1))

    send_text(phone="+8613800000001", text="code", at=at)

    assert Message.objects.count() == INBOX_MESSAGES_KEPT
    assert not Message.objects.filter(pk=first.pk).exists()
