"""Dense numbers in the order of cause and effect, totals in the same transaction, and no gap whatever dies."""

from __future__ import annotations

from django.db import connection, transaction

from core.clock import alliance_day, now
from points.choices import Reason
from points.log.sealing import run_sealer, seal, seal_all
from points.queries import OUTSTANDING, last_sealed, outstanding, sealed_redemptions
from tests.ledger_world import NOON, LedgerWorld


def totals() -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("select kind, sum(points_in), sum(points_out) from points_total group by kind")
        return {kind: (int(points_in), int(points_out)) for kind, points_in, points_out in cursor.fetchall()}


def numbers() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select number from points_sealed order by number")
        return [number for (number,) in cursor.fetchall()]


def test_committed_facts_get_dense_numbers_in_their_order(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    spent = ledger.redeem(wallet, 30)
    ledger.redeem(wallet, 71)  # refused, and a fact of its own
    assert spent.transfer_id is not None
    back = ledger.reverse(wallet, spent.transfer_id)

    assert seal_all() == 5  # with the issuer's terms, the first fact of all

    assert numbers() == [1, 2, 3, 4, 5]
    assert [(part.number, part.reason, part.points) for part in sealed_redemptions(after=0, upto=5)] == [
        (3, Reason.REDEEM, 30),
        (5, Reason.REVERSE, -30),
    ]
    assert [part.transfer_id for part in sealed_redemptions(after=3, upto=5)] == [back.transfer_id]


def test_totals_are_added_up_with_the_numbers(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    spent = ledger.redeem(wallet, 30)
    seal_all()
    assert totals() == {"issuance": (0, 100), "payable": (30, 0)}

    assert spent.transfer_id is not None
    ledger.reverse(wallet, spent.transfer_id)
    seal_all()
    assert totals() == {"issuance": (0, 100), "payable": (30, 30)}
    with connection.cursor() as cursor:
        cursor.execute("select distinct day from points_total")
        assert cursor.fetchall() == [(alliance_day(now()),)]


def test_batches_go_on_where_the_last_one_ended(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    for _ in range(7):
        ledger.earn(wallet, 1)

    assert [seal(3), seal(3), seal(3), seal(3)] == [3, 3, 2, 0]
    assert numbers() == list(range(1, 9))
    assert last_sealed() == 8


def test_a_sealing_that_is_rolled_back_leaves_no_gap(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(10)
    seal_all()
    ledger.redeem(wallet, 1)

    with transaction.atomic():
        assert seal_all() == 1
        transaction.set_rollback(True)

    assert numbers() == [1, 2]
    assert seal_all() == 1
    assert numbers() == [1, 2, 3]
    assert totals() == {"issuance": (0, 10), "payable": (1, 0)}


def test_the_sealer_works_until_told_to_stop(ledger: LedgerWorld) -> None:
    ledger.wallet(10)
    asked = iter([False, True, True])

    run_sealer(stopping=lambda: next(asked))

    assert numbers() == [1, 2]


def test_nothing_waiting_gives_no_number(ledger: LedgerWorld) -> None:
    assert seal_all() == 1
    assert seal_all() == 0
    assert last_sealed() == 1
    assert list(sealed_redemptions(after=0, upto=10)) == []
    assert ledger.earn(ledger.wallet(), 1, at=NOON).posted


def test_what_an_issuer_has_outstanding_is_summed_by_an_index(ledger: LedgerWorld) -> None:
    ledger.redeem(ledger.wallet(100), 30)
    seal_all()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {OUTSTANDING}", {"issuer": ledger.issuer})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "points_total_issuer" in plan
    assert "Seq Scan on points_total" not in plan
    assert outstanding(ledger.issuer) == 70
