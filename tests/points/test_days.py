"""What a day's first and last microsecond decide, in three time zones and across both changes of a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from branches.models import Bank
from core.clock import day_starts
from points.choices import OutcomeCode
from points.expiry import expire_due, release_overdue
from points.models import Posting, Transfer
from points.queries import lots, spendable
from residents.models import Resident
from tests.earning.world import bill, bill_rule, send
from tests.ledger_world import IN_A_YEAR, LedgerWorld, facts

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

# The day tested and the one after it; in New York one has 23 hours and the other 25, in Santiago it has no midnight.
DAYS = [
    ("Asia/Shanghai", date(2026, 9, 30)),
    ("UTC", date(2026, 9, 30)),
    ("America/New_York", date(2026, 9, 30)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 5)),
]


@pytest.fixture
def zone(request: pytest.FixtureRequest, settings: Settings) -> str:
    """The alliance lives in this time zone."""
    settings.ALLIANCE_TIME_ZONE = request.param
    return str(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The zone is set before anything else is made in it."""
    if "zone" in metafunc.fixturenames:
        ids = [f"{zone} {day}" for zone, day in DAYS]
        metafunc.parametrize(("zone", "day"), DAYS, indirect=["zone"], ids=ids)


def begins(day: date) -> datetime:
    """In UTC, where a second more is a second later; adding to a moment of a zone moves the hands of its clock."""
    return day_starts(day).astimezone(UTC)


def test_points_become_spendable_with_the_first_microsecond(zone: str, day: date, ledger: LedgerWorld) -> None:
    start = begins(day)
    wallet = ledger.wallet(100, available_on=day)

    assert (spendable(wallet, at=start - TICK), spendable(wallet, at=start)) == (0, 100)
    before = facts()
    assert ledger.redeem(wallet, 100, at=start - TICK).outcome is OutcomeCode.INSUFFICIENT_POINTS
    assert facts() == before
    assert ledger.redeem(wallet, 100, at=start).posted


def test_points_are_spendable_until_the_last_microsecond(zone: str, day: date, ledger: LedgerWorld) -> None:
    end = begins(day + DAY)
    wallet = ledger.wallet(100, expires_on=day)

    assert (spendable(wallet, at=end - TICK), spendable(wallet, at=end)) == (100, 0)
    assert ledger.redeem(wallet, 40, at=end - TICK).posted
    before = facts()
    assert ledger.redeem(wallet, 60, at=end).outcome is OutcomeCode.INSUFFICIENT_POINTS
    assert facts() == before


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_a_sweep_dates_expiry_to_the_end_of_the_day(zone: str, day: date, ledger: LedgerWorld, late: timedelta) -> None:
    end = begins(day + DAY)
    ledger.wallet(100, expires_on=day)

    assert expire_due(at=end - TICK) == 0
    assert expire_due(at=end + late) == 1

    assert Transfer.objects.get(reason="expire").effective_at == end


@pytest.mark.parametrize("in_time", [True, False])
def test_a_hold_given_back_returns_to_its_lot_or_expires(zone: str, day: date, ledger: LedgerWorld, in_time: bool) -> None:  # noqa: FBT001  a case
    end = begins(day + DAY)
    wallet = ledger.wallet(100, expires_on=day)
    held = ledger.hold(wallet, 100, at=end - timedelta(seconds=30))

    released = ledger.release(wallet, held, at=end - TICK if in_time else end)

    assert released.transfer_id is not None
    kinds = [(row.source_kind, row.target_kind, row.points) for row in Posting.objects.filter(transfer_id=released.transfer_id)]
    assert kinds == [("hold", "lot" if in_time else "breakage", 100)]


@pytest.mark.parametrize("in_time", [True, False])
def test_a_refund_returns_to_its_lot_or_to_one_with_grace(zone: str, day: date, ledger: LedgerWorld, in_time: bool) -> None:  # noqa: FBT001  a case
    end = begins(day + DAY)
    wallet = ledger.wallet(100, expires_on=day)
    spent = ledger.redeem(wallet, 100, at=end - TICK).transfer_id
    assert spent is not None

    assert ledger.reverse(wallet, spent, at=end - TICK if in_time else end).posted

    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(100, day if in_time else day + 31 * DAY)]


def test_a_hold_lasts_two_minutes_whatever_the_clock_on_the_wall(zone: str, day: date, ledger: LedgerWorld) -> None:
    """Across midnight, and across the hour that is left out or comes twice."""
    for hours in range(26):
        wallet = ledger.wallet(100, expires_on=IN_A_YEAR)
        start = begins(day) + timedelta(hours=hours) - timedelta(minutes=1)
        due = start + timedelta(minutes=2)
        first, second = ledger.hold(wallet, 10, at=start), ledger.hold(wallet, 10, at=start)

        assert ledger.capture(wallet, first, at=due).posted
        assert ledger.capture(wallet, second, at=due + TICK).outcome is OutcomeCode.HOLD_OVERDUE
        assert release_overdue(at=due) == 0
        assert release_overdue(at=due + TICK) == 1
        assert spendable(wallet, at=due) == 90


def test_a_days_cap_begins_anew_with_the_first_microsecond(zone: str, day: date, east: Bank, mei: Resident) -> None:
    bill_rule(east)
    start, end = begins(day), begins(day + DAY)

    given = [
        send(east, bill(500_000, paid=paid), at=end + DAY).points
        for paid in (start - TICK, start, end - TICK, start + timedelta(hours=1), end)
    ]

    assert given == [200, 200, 100, 0, 200]
