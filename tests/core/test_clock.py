"""Days of the alliance's time zone, to the microsecond, also where a clock is put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from core.clock import alliance_day, alliance_zone, day_starts

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

# zone, day -> its first moment in UTC, and how many hours it has
DAYS = {
    ("Asia/Shanghai", date(2026, 3, 8)): (datetime(2026, 3, 7, 16, tzinfo=UTC), 24),
    ("UTC", date(2026, 3, 8)): (datetime(2026, 3, 8, tzinfo=UTC), 24),
    ("America/New_York", date(2026, 3, 7)): (datetime(2026, 3, 7, 5, tzinfo=UTC), 24),
    ("America/New_York", date(2026, 3, 8)): (datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
    ("America/New_York", date(2026, 3, 9)): (datetime(2026, 3, 9, 4, tzinfo=UTC), 24),
    ("America/New_York", date(2026, 11, 1)): (datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
    ("America/New_York", date(2026, 11, 2)): (datetime(2026, 11, 2, 5, tzinfo=UTC), 24),
    ("America/Santiago", date(2026, 9, 6)): (datetime(2026, 9, 6, 4, tzinfo=UTC), 23),  # has no midnight
}


@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_a_day_begins_and_ends_to_the_microsecond(settings: Settings, zone: str, day: date) -> None:
    settings.ALLIANCE_TIME_ZONE = zone
    first, hours = DAYS[zone, day]
    end = first + timedelta(hours=hours)

    assert (day_starts(day).astimezone(UTC), day_starts(day + DAY).astimezone(UTC)) == (first, end)
    assert [alliance_day(at) for at in (first - TICK, first, end - TICK, end)] == [day - DAY, day, day, day + DAY]


@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_no_moment_of_a_day_falls_on_another(settings: Settings, zone: str, day: date) -> None:
    settings.ALLIANCE_TIME_ZONE = zone
    first, hours = DAYS[zone, day]

    assert {alliance_day(first + timedelta(minutes=minute)) for minute in range(60 * hours)} == {day}


def test_an_hour_that_comes_twice_is_of_one_day(settings: Settings) -> None:
    settings.ALLIANCE_TIME_ZONE = "America/New_York"
    once, again = (datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=alliance_zone()) for fold in (0, 1))

    assert again.astimezone(UTC) - once.astimezone(UTC) == timedelta(hours=1)
    assert alliance_day(once) == alliance_day(again) == date(2026, 11, 1)


def test_a_moment_without_a_time_zone_has_no_day() -> None:
    with pytest.raises(AssertionError, match="without a time zone"):
        alliance_day(datetime(2026, 3, 20, 12))  # noqa: DTZ001  what is refused
