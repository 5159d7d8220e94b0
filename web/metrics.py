"""What a monitoring system reads (Prometheus' text format): whether the books are whole, and what waits for how long."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from core.clock import now
from core.counting.services import failures
from core.limits import COUNTED_AT_MOST
from core.outbox.services import oldest_news, waiting_news
from points.audit.result import last_check
from points.queries import last_sealed, oldest_waiting, waiting_facts
from web.trial import is_this_machine

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
Metric = tuple[str, str, float]  # name, what it is, value


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; to whoever has the token, and of an embedded system without one to this machine. Others find nothing here."""
    if not _may_read(request):
        return HttpResponseNotFound()
    return HttpResponse("".join(_lines(metric) for metric in _figures(now())), content_type=CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return bool(settings.EMBEDDED) and is_this_machine(request)


def _figures(at: datetime) -> Iterator[Metric]:
    books = last_check()
    yield "books_checked", "Whether the books were ever checked in full.", float(books is not None)
    if books is not None:
        yield "books_drifts", "Drifts that the last full books check and the one of what is new since found.", books.drifts
        yield "books_check_age_seconds", "Seconds since the last books check.", _age(books.at, at)
        yield "books_full_check_age_seconds", "Seconds since the last full books check.", _age(books.full_at, at)
        yield "books_numbers_unchecked", "Sealed numbers that no books check has looked at.", last_sealed() - books.upto
    yield (
        "facts_without_number",
        f"Committed facts that wait for the sealer, counted to {COUNTED_AT_MOST}.",
        waiting_facts(most=COUNTED_AT_MOST),
    )
    yield "sealer_lag_seconds", "How long the first of them has waited.", _age(oldest_waiting(), at)
    yield "outbox_waiting", f"News not delivered yet, counted to {COUNTED_AT_MOST}.", waiting_news(most=COUNTED_AT_MOST)
    yield "outbox_lag_seconds", "How long the first piece of it has waited.", _age(oldest_news(), at)
    if failed := failures():
        yield "limit_failures", "How often a limit's counter could not be asked, and let a request in.", failed


def _age(since: datetime | None, at: datetime) -> float:
    return max((at - since).total_seconds(), 0) if since else 0


def _lines(metric: Metric) -> str:
    name, about, value = metric
    return f"# HELP community_{name} {about}\n# TYPE community_{name} gauge\ncommunity_{name} {value:g}\n"
