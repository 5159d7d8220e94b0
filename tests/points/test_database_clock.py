"""A real ledger does nothing far from the database's clock, whichever way in is used; and nothing on another day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction

from core.clock import alliance_day, now
from points.expiry import expire_due, release_overdue
from points.parties import lift_suspension, suspend_issuer
from points.queries import spendable
from tests.ledger_world import NOON, LedgerWorld, facts

Asking = Callable[[LedgerWorld, datetime], object]
MINUTES = timedelta(minutes=1)

WAYS: Mapping[str, Asking] = {
    "post": lambda world, at: world.earn(world.wallet(), 1, at=at),
    "claw back": lambda world, at: world.claw_back(wallet := world.wallet(), world.earn(wallet, 1, at=now()).transfer_id, at=at),
    "adjust": lambda world, at: world.adjust(world.wallet(), 1, at=at),
    "give": lambda world, at: world.give(world.wallet(), world.wallet(), 1, at=at),
    "merge": lambda world, at: world.merge(world.wallet(), world.wallet(), at=at),
    "suspend": lambda world, at: suspend_issuer(issuer=world.issuer, at=at),
    "lift": lambda world, at: lift_suspension(issuer=world.issuer, at=at),
    "settle": lambda world, at: world.settle(1, at=at),
    "expire": lambda _world, at: expire_due(at=at),
    "release what is overdue": lambda world, at: (world.hold(_rich(world), 1, at=now(), minutes=-10), release_overdue(at=at)),
}


def _rich(ledger: LedgerWorld) -> UUID:
    wallet = ledger.wallet()
    ledger.earn(wallet, 1, at=now())
    return wallet


@pytest.fixture
def real() -> Iterator[LedgerWorld]:
    """A ledger that is no sandbox."""
    ledger = LedgerWorld().open()
    with connections["owner"].cursor() as owner:
        owner.execute("update points_mode set sandbox = false")
    try:
        yield ledger
    finally:
        with connections["owner"].cursor() as owner:
            owner.execute("update points_mode set sandbox = true")


@pytest.mark.real_clock
@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_a_real_ledger_moves_points_only_near_the_databases_clock(real: LedgerWorld, way: str) -> None:
    for astray in (-6 * MINUTES, 6 * MINUTES):
        with pytest.raises(DatabaseError, match="more than five minutes"):
            WAYS[way](real, now() + astray)
    for near in (-4 * MINUTES, 4 * MINUTES):
        WAYS[way](real, now() + near)


@pytest.mark.real_clock
@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_real_ledger_keeps_nothing_of_what_comes_at_a_wrong_time(real: LedgerWorld) -> None:
    wallet = real.wallet()
    before = facts()

    with pytest.raises(DatabaseError, match="more than five minutes"):
        real.earn(wallet, 1, at=now() - 6 * MINUTES)

    assert facts() == before
    assert real.earn(wallet, 1, at=now()).posted
    assert spendable(wallet, at=now()) == 1


@pytest.mark.parametrize(
    ("entry", "arguments"),
    [
        ("points_post", "'[]', %(at)s, %(day)s"),
        ("hands.points_claw_back", "'[]', %(at)s, %(day)s"),
        ("points_expire", "1, gen_random_uuid(), %(at)s, %(day)s, 'Asia/Shanghai'"),
    ],
)
@pytest.mark.parametrize("days", [-2, -1, 0, 1, 2])
def test_a_day_is_a_day_of_its_moment(ledger: LedgerWorld, entry: str, arguments: str, days: int) -> None:
    ledger.wallet(10, expires_on=date(2026, 1, 1))
    before = facts()

    def ask() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"select * from {entry}({arguments})", {"at": NOON, "day": alliance_day(NOON) + timedelta(days=days)})

    if abs(days) <= 1:
        ask()
    else:
        with pytest.raises(DatabaseError, match="is not the day of the moment"):
            ask()
        assert facts() == before


def test_the_run_time_login_cannot_leave_the_real_clock(ledger: LedgerWorld) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update points_mode set sandbox = true")
