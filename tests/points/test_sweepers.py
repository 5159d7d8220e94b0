"""Sweepers find what is due, whenever they come, and do it once; a busy wallet is left for the next time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections, transaction

from core.clock import day_starts, now
from core.limits import HOLDS_PER_RELEASE
from points.choices import OutcomeCode
from points.expiry import expire_all_due, expire_due, release_overdue
from points.models import OpenHold, Posting, Transfer
from points.posting import Result
from points.queries import lots, spendable
from points.tasks import expire_points, release_overdue_holds
from tests.ledger_world import IN_A_YEAR, NOON, SOON, LedgerWorld, facts
from tests.threads import at_once

TICK = timedelta(microseconds=1)
DUE = NOON + timedelta(minutes=2)
END = day_starts(SOON + timedelta(days=1))

COMMITTED = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def moved(reason: str) -> list[tuple[str, str, int, datetime]]:
    """What transfers of a reason did, and when they say it happened."""
    transfers = {row.id: row.effective_at for row in Transfer.objects.filter(reason=reason)}
    rows = Posting.objects.filter(transfer_id__in=transfers)
    return [(row.source_kind, row.target_kind, row.points, transfers[row.transfer_id]) for row in rows]


@pytest.mark.parametrize("late", [TICK, timedelta(seconds=15), timedelta(days=3)])
def test_a_hold_past_its_deadline_goes_back_once(ledger: LedgerWorld, late: timedelta) -> None:
    wallet = ledger.wallet(100)
    ledger.hold(wallet, 60)

    assert release_overdue(at=DUE) == 0  # at the deadline it may still be captured
    assert spendable(wallet, at=DUE) == 40
    assert release_overdue(at=DUE + late) == 1
    before = facts()
    assert release_overdue(at=DUE + late) == 0
    assert release_overdue(at=DUE + timedelta(days=4)) == 0

    assert moved("release") == [("hold", "lot", 60, DUE + late)]
    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(100, IN_A_YEAR)]
    assert not OpenHold.objects.exists()
    assert facts() == before


def test_a_hold_that_is_not_due_is_left_alone(ledger: LedgerWorld) -> None:
    wallet, other = ledger.wallet(100), ledger.wallet(100)
    ledger.hold(wallet, 60)
    ledger.hold(other, 60, minutes=10)

    assert release_overdue(at=DUE + TICK) == 1

    assert (spendable(wallet, at=DUE), spendable(other, at=DUE)) == (100, 40)


def test_more_holds_than_go_together_are_all_released(ledger: LedgerWorld) -> None:
    wallets = [ledger.wallet(10) for _ in range(HOLDS_PER_RELEASE + 3)]
    for wallet in wallets:
        ledger.hold(wallet, 10)

    assert release_overdue(at=DUE + TICK) == HOLDS_PER_RELEASE + 3

    assert {spendable(wallet, at=NOON) for wallet in wallets} == {10}


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_a_lot_past_its_last_day_expires_once(ledger: LedgerWorld, late: timedelta) -> None:
    wallet = ledger.wallet(100, expires_on=SOON)

    assert expire_all_due(at=END - TICK) == 0
    assert expire_all_due(at=END + late) == 1
    before = facts()
    assert expire_all_due(at=END + late) == 0
    assert expire_all_due(at=END + timedelta(days=4)) == 0

    assert moved("expire") == [("lot", "breakage", 100, END)]
    assert lots(wallet) == []
    assert facts() == before


def test_expiry_goes_on_batch_after_batch(ledger: LedgerWorld) -> None:
    for _ in range(5):
        ledger.wallet(10, expires_on=SOON)

    assert expire_due(at=END, limit=2) == 2
    assert expire_all_due(at=END) == 3


def test_points_that_come_to_an_expired_lot_expire_with_the_next_sweep(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(10, expires_on=SOON)
    assert expire_all_due(at=END) == 1
    ledger.earn(wallet, 5, expires_on=SOON, at=END)

    assert spendable(wallet, at=END) == 0
    assert expire_all_due(at=END) == 1
    assert sorted(points for _from, _to, points, _at in moved("expire")) == [5, 10]


@COMMITTED
def test_a_busy_wallet_keeps_its_hold_until_the_next_time() -> None:
    ledger = LedgerWorld().open()
    busy = ledger.wallet(100)
    ledger.hold(busy, 60)

    with locked(busy):
        assert release_overdue(at=DUE + TICK) == 0
        assert OpenHold.objects.count() == 1

    assert release_overdue(at=DUE + TICK) == 1
    assert spendable(busy, at=NOON) == 100


@COMMITTED
def test_expiry_passes_a_busy_wallet_by() -> None:
    ledger = LedgerWorld().open()
    busy, idle = ledger.wallet(100, expires_on=SOON), ledger.wallet(50, expires_on=SOON)

    with locked(busy):
        assert expire_all_due(at=END) == 1
        assert (lots(idle), [lot.points for lot in lots(busy)]) == ([], [100])

    assert expire_all_due(at=END) == 1
    assert lots(busy) == []


@COMMITTED
def test_sweepers_that_meet_do_everything_once() -> None:
    ledger = LedgerWorld().open()
    for _ in range(20):
        ledger.hold(ledger.wallet(10), 10)
        ledger.wallet(10, expires_on=SOON)

    released = at_once(lambda _n: release_overdue(at=DUE + TICK), range(4))
    expired = at_once(lambda _n: expire_due(at=END, limit=7), range(4))

    assert sum(released) == 20
    assert sum(expired) + expire_all_due(at=END) == 20
    assert (len(moved("release")), len(moved("expire"))) == (20, 20)


@COMMITTED
def test_a_release_and_a_capture_that_meet_end_the_hold_once() -> None:
    ledger = LedgerWorld().open()
    for _round in range(5):
        wallet = ledger.wallet(100)
        hold = ledger.hold(wallet, 60)

        captured, _released = at_once(
            lambda who, wallet=wallet, hold=hold: (  # type: ignore[misc]
                ledger.capture(wallet, hold, at=DUE) if who == "till" else release_overdue(at=DUE + TICK)
            ),
            ["till", "sweeper"],
        )

        assert isinstance(captured, Result)
        left = spendable(wallet, at=NOON)
        assert (captured.outcome, left) in {(OutcomeCode.POSTED, 40), (OutcomeCode.HOLD_CLOSED, 100)}


def test_the_tasks_sweep_by_the_clock(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    ledger.hold(wallet, 60, at=now() - timedelta(minutes=3))
    old = ledger.wallet(50, expires_on=SOON.replace(year=2020))

    release_overdue_holds()
    expire_points()

    assert (spendable(wallet, at=NOON), lots(old)) == (100, [])


class locked:  # noqa: N801 - reads as a verb
    """Another connection that has the wallet locked."""

    def __init__(self, wallet: UUID) -> None:
        self.wallet = wallet
        self.atomic = transaction.atomic(using="owner")

    def __enter__(self) -> None:
        self.atomic.__enter__()
        with connections["owner"].cursor() as cursor:
            cursor.execute("select from points_wallet where id = %s for no key update", [self.wallet])

    def __exit__(self, *_error: object) -> None:
        self.atomic.__exit__(None, None, None)
