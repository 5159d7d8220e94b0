"""Close a business day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core.clock import alliance_day
from core.errors import DomainError, ErrorKind
from identity.models import User
from points.log.sealing import seal_all
from points.queries import last_sealed
from settlements.choices import Closer
from settlements.models import BusinessDay
from settlements.queries import closed_day, last_closed
from settlements.statements import Moved, write_statements

ONE_CLOSER = "select pg_advisory_xact_lock(hashtext('settlements_close_day'))"


class DayNotBegun(DomainError):
    """The day lies in the future."""

    code = "day_not_begun"
    kind = ErrorKind.INVALID
    message = _("%(day)s has not begun. Close a day that is over, or today.")


class DayPassedOver(DomainError):
    """A later day is closed already, and holds what this one would have held."""

    code = "day_passed_over"
    kind = ErrorKind.CONFLICT
    message = _("%(day)s can't be closed any more: %(last)s is closed and holds its redemptions.")


def close_day(*, day: date, at: datetime, actor: User | None = None, moved: Moved | None = None) -> BusinessDay:
    """
    Write the statements of all redemptions sealed since the last closed day; a day closed before is returned as it is.

    `actor` is who closes it by hand; the schedule is nobody.

    All committed facts are sealed first: a sealer that lags or stands still would push what happened before the
    closing to the next day's statements. Whatever commits later is the next day's, whenever it happened.

    :raises DayNotBegun: if the day lies in the future.
    :raises DayPassedOver: if a later day is closed.
    """
    if day > alliance_day(at):
        raise DayNotBegun(day=day.isoformat())
    if closed := closed_day(day=day):
        return closed
    seal_all()
    with transaction.atomic():
        return _close(day, at=at, actor=actor, moved=moved or _unwatched)


def close_yesterday(*, at: datetime) -> BusinessDay:
    """Close the day before the present one, unless it or a later one is closed; returns the last closed day."""
    yesterday = alliance_day(at) - timedelta(days=1)
    last = last_closed()
    if last is not None and last.day >= yesterday:
        return last
    return close_day(day=yesterday, at=at)


def _close(day: date, *, at: datetime, actor: User | None, moved: Moved) -> BusinessDay:
    with connection.cursor() as cursor:
        cursor.execute(ONE_CLOSER)
    # Under the lock: another closer's days are visible from here on.
    if closed := closed_day(day=day):
        return closed
    last = last_closed()
    if last is not None and last.day > day:
        raise DayPassedOver(day=day.isoformat(), last=last.day.isoformat())
    opened = BusinessDay.objects.create(
        day=day,
        previous=last,
        number_after=last.number_upto if last else 0,
        number_upto=last_sealed(),
        closed_at=at,
        closed_by=Closer.COMMAND if actor else Closer.SCHEDULE,
        person=actor,
    )
    write_statements(day=opened, moved=moved)
    return opened


def _unwatched(_done: int, _total: int) -> None:
    """Nobody watches the progress."""
