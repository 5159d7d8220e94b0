"""Real threads, real connections, one wallet."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.errors import LedgerBusy
from points.log.books import CHECKS as LOG_CHECKS
from points.log.sealing import seal, seal_all
from points.posting import post
from points.queries import last_sealed, spendable
from tests.ledger_world import NOON, LedgerWorld
from tests.programs import next_line, running
from tests.threads import at_once, patiently

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def books_are_whole() -> bool:
    seal_all()
    return run_checks([*check_files([LEDGER_CHECKS]), *LOG_CHECKS]) == []


def test_twenty_redemptions_of_ten_from_a_hundred() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)

    results = at_once(lambda n: ledger.redeem(wallet, 10, key=f"till-{n}"), range(20))

    assert Counter(r.outcome.value for r in results) == {"posted": 10, "insufficient_points": 10}
    assert spendable(wallet, at=NOON) == 0
    assert books_are_whole()


def test_one_key_from_eight_threads_posts_once() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)

    results = at_once(lambda _n: ledger.redeem(wallet, 10, key="same"), range(8))

    assert len({r.transfer_id for r in results}) == 1
    assert sorted(r.again for r in results) == [False] + [True] * 7
    assert spendable(wallet, at=NOON) == 90


def test_one_reversal_of_eight() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)
    spent = ledger.redeem(wallet, 40)
    spend = spent.transfer_id
    assert spend is not None

    results = at_once(lambda n: ledger.reverse(wallet, spend, key=f"undo-{n}"), range(8))

    assert Counter(r.outcome.value for r in results) == {"posted": 1, "already_reversed": 7}
    assert spendable(wallet, at=NOON) == 100
    assert books_are_whole()


def test_batches_over_the_same_wallets_in_any_order_do_not_deadlock() -> None:
    ledger = LedgerWorld().open()
    wallets = [ledger.wallet(1000) for _ in range(20)]

    def batch(number: int) -> list[str]:
        mine = wallets if number % 2 else wallets[::-1]
        return [r.outcome.value for r in post([ledger.redeeming(w, 1, key=f"{number}-{w}") for w in mine], at=NOON)]

    answers = at_once(batch, range(8))

    assert {outcome for answer in answers for outcome in answer} == {"posted"}
    assert {spendable(wallet, at=NOON) for wallet in wallets} == {992}
    assert books_are_whole()


def test_a_wallet_locked_for_long_answers_busy_and_nothing_happens() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as owner:
            owner.execute("select 1 from points_wallet where id = %s for update", [wallet])
        with pytest.raises(LedgerBusy):
            ledger.redeem(wallet, 10, key="k")

    assert spendable(wallet, at=NOON) == 100
    assert ledger.redeem(wallet, 10, key="k").posted


def test_two_sealers_and_many_tills_leave_dense_numbers() -> None:
    ledger = LedgerWorld().open()
    wallets = [ledger.wallet(100) for _ in range(6)]

    def till(wallet: UUID, n: int) -> bool:
        return patiently(lambda: ledger.redeem(wallet, 1, key=f"k{n}")).posted

    def work(wallet: UUID | None) -> int:
        return sum(seal(3) for _ in range(25)) if wallet is None else sum(till(wallet, n) for n in range(15))

    at_once(work, [*wallets, None, None])

    assert books_are_whole()
    assert last_sealed() == 1 + 6 + 6 * 15  # with the issuer's terms


KILLS = 12
SEAL_FOR_EVER = """
import django; django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = "{name}"
from django.db import connections
connections["default"].settings_dict["NAME"] = "{name}"
from points.log.sealing import seal
from points.log.checkpoints import make_checkpoint
from core.clock import now
while True: seal(2) and make_checkpoint(at=now()); print("sealed", flush=True)
"""


@pytest.mark.long
@pytest.mark.real_clock
def test_a_sealer_killed_anywhere_leaves_no_gap() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(10_000)
    program = SEAL_FOR_EVER.format(name=connection.settings_dict["NAME"])
    for kill in range(KILLS):
        post([ledger.redeeming(wallet, 1) for _ in range(60)], at=NOON)
        with running(program, stdout=subprocess.PIPE) as sealer:
            for _batch in range(kill + 1):
                assert next_line(sealer) == b"sealed\n"
            sealer.send_signal(signal.SIGKILL)

    assert books_are_whole()
    assert last_sealed() == 1 + 1 + KILLS * 60  # with the issuer's terms
