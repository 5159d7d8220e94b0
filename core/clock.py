"""The alliance's clock: which day it is where the alliance lives."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


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
