"""Events from a bank's file, chunk by chunk. A line taken in before is a duplicate, so a file may come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _

from branches.models import Bank
from core.errors import DomainError, ErrorKind
from core.rows import Row
from earning.choices import EventAnswer
from earning.events import EventIn, read_event
from earning.files import cloud_event
from earning.services.recording import EventOutcome, record_events
from imports.services import ChunkResult, RowProblem
from points.errors import LedgerBusy

POINTS = "points"
ORIGIN = "file"


class EventInConflict(DomainError):
    """The id is known with other content."""

    code = "event_conflict"
    kind = ErrorKind.CONFLICT
    message = _("An event with this id was sent before with other content. Nothing moved; it is kept for the bank to see.")


def import_events(*, bank: Bank, rows: Sequence[Row], at: datetime) -> ChunkResult:
    """Take up to 500 rows of a bank's events in, inside the caller's transaction; a chunk handler of file imports."""
    currency, shape = bank.alliance.currency, bank.customer_shape
    lines: list[int] = []
    events: list[EventIn] = []
    problems: list[RowProblem] = []
    for row in rows:
        try:
            events.append(read_event(cloud_event(row.fields, currency=currency), currency=currency, at=at, shape=shape))
        except DomainError as error:
            problems.append(RowProblem(line=row.line, error=error))
        else:
            lines.append(row.line)
    outcomes = _record(bank, events, at) if events else []
    counts: Counter[str] = Counter()
    for line, outcome in zip(lines, outcomes, strict=True):
        _count(counts, outcome)
        if problem := _problem(outcome):
            problems.append(RowProblem(line=line, error=problem))
    return ChunkResult(counts=counts, problems=problems)


def _record(bank: Bank, events: Sequence[EventIn], at: datetime) -> list[EventOutcome]:
    try:
        return record_events(bank=bank, events=events, at=at, origin=ORIGIN)
    except LedgerBusy as busy:
        # nothing is wrong with the file: the import stays as it is, and goes on later
        raise OperationalError(str(busy)) from busy


def _count(counts: Counter[str], outcome: EventOutcome) -> None:
    if outcome.answer is EventAnswer.REFUSED:
        return  # counted as a row error
    counts[outcome.answer.value] += 1
    if outcome.answer is not EventAnswer.DUPLICATE and outcome.points:
        counts[POINTS] += outcome.points


def _problem(outcome: EventOutcome) -> DomainError | None:
    return EventInConflict() if outcome.answer is EventAnswer.CONFLICT else outcome.error
