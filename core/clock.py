"""The alliance's clock: which day it is where the alliance lives, and how its moments are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format


def now() -> datetime:
    """The present moment, aware. Interfaces read it once and pass it down as `at`."""
    return timezone.now()


def alliance_zone() -> ZoneInfo:
    """The time zone whose days the alliance counts."""
    return ZoneInfo(settings.ALLIANCE_TIME_ZONE)


def alliance_day(at: datetime) -> date:
    """The day of the alliance's time zone in which `at` falls."""
    assert at.tzinfo is not None, "a moment without a time zone has no day"
    return at.astimezone(alliance_zone()).date()


def day_starts(day: date) -> datetime:
    """The first moment of `day` in the alliance's time zone; by way of UTC, as some zones skip midnight once a year."""
    zone = alliance_zone()
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC).astimezone(zone)


def moment_text(moment: datetime) -> str:
    """A moment as people read it, by the clock where the alliance lives: `Mar 20, 2026, 18:30`."""
    return date_format(moment.astimezone(alliance_zone()), "DATETIME_FORMAT")


def moment_cell(moment: datetime) -> str:
    """A moment in a file, by the same clock: `2026-03-20T18:30:00+08:00`."""
    return moment.astimezone(alliance_zone()).isoformat(timespec="seconds")


def waited_until(moment: datetime, *, at: datetime) -> str:
    """How people are told until when to wait: the next whole minute where the alliance lives, with its day unless that is today."""
    local = (moment + timedelta(minutes=1)).astimezone(alliance_zone())
    clock = date_format(local, "H:i")
    return clock if alliance_day(local) == alliance_day(at) else f"{date_format(local, 'MONTH_DAY_FORMAT')} {clock}"
