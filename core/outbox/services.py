"""Publish news with the fact; deliver it later, at least once, in order of arrival."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

import structlog
from django.db import connection, transaction

from core.errors import DomainError
from core.limits import OUTBOX_BATCH, OUTBOX_RETRY_SECONDS
from core.outbox.models import OutboxEvent

log = structlog.get_logger(__name__)

Payload = Mapping[str, Any]
Handler = Callable[[Payload], None]


class News(Protocol):
    """A frozen dataclass of ids (JSON values only) with a topic, e.g. `redemptions.redeemed`."""

    topic: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


def publish(news: News, *, at: datetime) -> None:
    """Write the news in the caller's transaction: it exists exactly when the fact does."""
    payload = {field.name: getattr(news, field.name) for field in dataclasses.fields(news)}
    with connection.cursor() as cursor:
        cursor.execute("select outbox_publish(%s, %s::jsonb, %s)", [news.topic, json.dumps(payload), at])


def deliver_due(handlers: Mapping[str, tuple[Handler, ...]], *, at: datetime) -> int:
    """
    Deliver up to one batch of due news, each in its own transaction, and return how many were taken up.

    A handler that fails leaves its news for a later try; the others of the batch go on.
    """
    due = OutboxEvent.objects.filter(next_try_at__lte=at).order_by("id").values_list("pk", flat=True)
    return sum(_deliver(pk, handlers, at) for pk in list(due[:OUTBOX_BATCH]))


def waiting_news(*, most: int) -> int:
    """How many pieces of news are not delivered yet, counted no further than `most`."""
    return OutboxEvent.objects.all()[:most].count()


def oldest_news() -> datetime | None:
    """When the first piece of news that is not delivered yet was written; None when all is delivered."""
    return OutboxEvent.objects.order_by("id").values_list("made_at", flat=True).first()


def _deliver(pk: int, handlers: Mapping[str, tuple[Handler, ...]], at: datetime) -> bool:
    try:
        with transaction.atomic():
            event = OutboxEvent.objects.select_for_update(skip_locked=True).filter(pk=pk, next_try_at__lte=at).first()
            if event is None:
                return False
            for handle in handlers[event.topic]:
                handle(event.payload)
            event.delete()
    except DomainError as refusal:  # expected, e.g. a text that could not be sent; told once more later
        log.info("outbox.handler_refused", news=pk, error_code=refusal.code)
        _put_off(pk, at=at, error=refusal)
    except Exception as error:  # whatever a handler does, the relay must go on
        log.exception("outbox.handler_failed", news=pk)
        _put_off(pk, at=at, error=error)
    return True


def _put_off(pk: int, *, at: datetime, error: Exception) -> None:
    with transaction.atomic():
        event = OutboxEvent.objects.select_for_update().filter(pk=pk).first()
        if event is None:
            return
        wait = OUTBOX_RETRY_SECONDS[min(event.tries, len(OUTBOX_RETRY_SECONDS) - 1)]
        event.tries = min(event.tries + 1, 30_000)
        event.next_try_at = at + timedelta(seconds=wait)
        event.last_error = type(error).__name__
        event.save(update_fields=["tries", "next_try_at", "last_error"])
