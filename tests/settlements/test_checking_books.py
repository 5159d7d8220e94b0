"""Checks of everything and of what is new: what each finds, what a check of what is new costs, and what is kept of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from points.audit.checks import LEDGER_CHECKS, check_files
from points.audit.result import BooksBeingChecked, last_check, take_turn
from points.audit.scope import ONLY_NEW, look_at, look_at_wallets
from points.choices import CheckKind
from points.log.sealing import seal_all
from points.models import BooksCheck
from points.queries import last_sealed, parties_touched
from residents.models import Resident
from settlements.books import REASON_CHECKS, STATEMENT_CHECKS, check_everything, check_new
from settlements.services import close_day
from tests.corruption import undone_by_the_owner
from tests.ledger_world import LedgerWorld
from tests.reasons import give_reasons
from tests.settlements.world import redeem
from tests.threads import at_once
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

# Asked for all wallets at once, so only of everything; of what is new something else asks, or as named here nothing does.
ANOTHER_ASKS = {
    "transit_is_empty": "gifts_have_two_sides",
    "totals_are_sealed_postings": "totals_grew_by_the_new_numbers",
    "rows_are_there_once": "an index damaged since is found at night",
    "terms_are_as_they_were_sealed": "new terms are found at night",
    "suspensions_are_as_they_were_sealed": "new suspensions are found at night",
    "issued_points_are_somewhere": "follows from the balances and totals of what is new",
}
READ = """
    select coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0) from pg_stat_xact_user_tables
    where relname like 'points\\_%' or relname like 'settlements\\_%'"""
IN_NEW_NUMBERS = [
    ("update points_account set balance = balance + 1 where party_id = %s", "balances_are_their_postings"),
    ("update points_posting set points = points + 1 where party_id = %s and target_kind = 'payable'", "new_leaves_hash_to_the_root"),
    ("delete from points_transfer where party_id = %s and reason = 'redeem'", "every_fact_is_sealed_or_waits"),
    ("delete from points_sealed where party_id = %s and number = (select max(number) from points_sealed)", "every_fact_is_sealed_or_waits"),
    ("update points_sealed set number = number + 5 where party_id = %s and number = (select max(number) from points_sealed)",
     "numbers_are_dense"),
    ("update points_posting set target_id = gen_random_uuid() where party_id = %s and target_kind = 'transit'", "gifts_have_two_sides"),
    ("update points_posting set source_kind = 'breakage' where party_id = %s and source_kind = 'issuance'",
     "totals_grew_by_the_new_numbers"),
    ("update points_total set points_out = points_out + 1 where kind = 'issuance' and %s is not null", "totals_grew_by_the_new_numbers"),
    ("update points_log set root = sha256('') where %s is not null", "new_leaves_hash_to_the_root"),
    ("update points_tile set hashes = set_byte(hashes, 31, get_byte(hashes, 31) # 1) where level = 0 and %s is not null",
     "new_leaves_hash_to_the_root"),
]  # fmt: skip


@pytest.fixture
def ledger(transactional_db: None) -> Iterator[LedgerWorld]:
    """A ledger with some wallets, checked whole."""
    ledger = LedgerWorld().open()
    for _ in range(2):
        ledger.redeem(ledger.wallet(100), 30)
    seal()
    assert check_everything(at=now()).drifts == []
    yield ledger
    connections["owner"].close()


def seal() -> None:
    """Number what waits, after each fact got its reason."""
    give_reasons()
    seal_all()


def by_hand(statement: str, *values: str) -> None:
    with connections["owner"].cursor() as owner:
        owner.execute(statement, values)
        assert owner.rowcount > 0


def test_a_check_of_what_is_new_looks_at_new_numbers_and_their_wallets(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(50)
    ledger.give(wallet, ledger.wallet(), 7)
    seal()
    ledger.redeem(wallet, 5)  # waits for its number
    give_reasons()

    found = check_new(at=now())

    assert (found.kind, found.after, found.upto, found.wallets, list(found.drifts)) == (CheckKind.NEW, 6, 9, 2, [])
    assert check_new(at=now()).wallets == 1  # only what still waits
    seal()
    assert (check_new(at=now()).upto, check_everything(at=now()).drifts) == (10, [])


def test_a_gift_between_two_checks_is_whole(ledger: LedgerWorld) -> None:
    wallet, other = ledger.wallet(50), ledger.wallet(50)
    ledger.give(wallet, other, 7)
    seal()
    assert check_new(at=now()).drifts == []

    ledger.redeem(other, 1)
    ledger.give(other, ledger.wallet(), 3)
    seal()
    assert check_new(at=now()).drifts == []


def test_before_the_first_check_everything_is_new(transactional_db: None) -> None:
    ledger = LedgerWorld().open()
    ledger.wallet(10)
    seal()

    found = check_new(at=now())

    assert (found.kind, found.upto, found.wallets) == (CheckKind.FULL, 3, None)


def test_drift_in_a_new_number_is_found(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(50)
    ledger.give(wallet, ledger.wallet(), 7)
    ledger.redeem(wallet, 5)
    seal()
    missed = []
    for statement, check in IN_NEW_NUMBERS:
        with undone_by_the_owner() as owner:
            owner.execute(statement, [wallet])
            assert owner.rowcount > 0, statement
            found = check_new(at=now())
            last = last_check()
            assert last is not None
            assert last.drifts == len(found.drifts)
            again = check_new(at=now())  # the mark stays before what drifted
            assert (again.after, len(again.drifts)) == (found.after, len(found.drifts))
            if check not in {drift.check for drift in found.drifts}:
                missed.append((statement, check))

    assert missed == []
    assert check_new(at=now()).drifts == []


def test_what_nothing_touched_is_found_by_a_full_check_only_and_stays_known(ledger: LedgerWorld) -> None:
    by_hand("update points_account set balance = balance + 1")
    assert check_new(at=now()).drifts == []

    assert {drift.check for drift in check_everything(at=now()).drifts} == {"balances_are_their_postings", "issued_points_are_somewhere"}
    assert check_new(at=now()).drifts == []
    last = last_check()
    assert last is not None
    assert last.drifts > 0


def test_numbers_that_went_missing_since_are_found(ledger: LedgerWorld) -> None:
    by_hand("delete from points_sealed where number = 6")

    assert {drift.check for drift in check_new(at=now()).drifts} >= {"numbers_are_dense"}


def rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def rows_read_by_a_check_of_one_new_wallet(ledger: LedgerWorld) -> int:
    ledger.redeem(ledger.wallet(50), 5)
    seal()
    with connections["owner"].cursor() as owner:
        owner.execute("analyze")  # now and not when PostgreSQL likes: what it knows of the tables decides how it walks them
    with transaction.atomic():
        before = rows_read()
        assert check_new(at=now()).wallets == 1
        return rows_read() - before


def test_the_cost_is_that_of_what_is_new(ledger: LedgerWorld) -> None:
    few = rows_read_by_a_check_of_one_new_wallet(ledger)
    for _ in range(60):
        ledger.redeem(ledger.wallet(100), 30)
    seal()
    assert check_new(at=now()).wallets == 60

    many = rows_read_by_a_check_of_one_new_wallet(ledger)

    assert 0 < few < 200
    assert many <= few + 20


def test_what_is_new_is_found_by_indexes(ledger: LedgerWorld) -> None:
    ledger.redeem(ledger.wallet(50), 5)
    give_reasons()
    with transaction.atomic(), connection.cursor() as cursor:
        look_at(after=0, upto=last_sealed(), day=None, day_number=0, since=now())
        look_at_wallets(parties_touched(after=0, upto=last_sealed()))
        for check in check_files([REASON_CHECKS], scope=ONLY_NEW):
            cursor.execute(f"explain {ONLY_NEW.write(check.text)}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert re.findall(r"Seq Scan on (\w+)", plan) == [], (check.name, plan)


def test_new_days_are_checked(zhang: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=zhang, bank=east, points=100, at=moment("2026-03-02"))
    redeem(zhang, bakery, 20, at=moment("2026-03-20"))
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    give_reasons()
    assert check_everything(at=now()).drifts == []
    redeem(zhang, bakery, 30, at=moment("2026-03-21"))
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))
    give_reasons()
    by_hand("update settlements_merchantlinepart set points = points + 1, amount_minor = amount_minor + 1 where points = 20")
    assert check_new(at=now()).drifts == []  # the day before is the full check's

    redeem(zhang, bakery, 5, at=moment("2026-03-22"))
    close_day(day=date(2026, 3, 22), at=moment("2026-03-23", "00:30"))
    give_reasons()
    by_hand("update settlements_merchantlinepart set points = points + 1, amount_minor = amount_minor + 1 where points = 5")
    found = {drift.check for drift in check_new(at=now()).drifts}

    assert found == {"lines_are_their_numbers", "parts_make_their_line", "issuer_statements_are_the_parts"}
    connections["owner"].close()


def test_one_check_runs_at_a_time(ledger: LedgerWorld) -> None:
    def refused(check: object) -> bool:
        assert callable(check)
        with pytest.raises(BooksBeingChecked):
            check(at=now())
        return True

    with transaction.atomic():
        take_turn()
        assert at_once(refused, [check_new, check_everything]) == [True, True]

    assert BooksCheck.objects.count() == 1


def test_the_command_says_what_was_new(ledger: LedgerWorld, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.wallet(5)
    seal()
    call_command("check_books", new=True)

    assert "1 new numbers, 1 wallets recomputed, no drift" in capsys.readouterr().out
    by_hand("update points_log set root = sha256('')")
    ledger.wallet(5)
    with pytest.raises(SystemExit) as exit_:
        call_command("check_books", new=True)
    assert exit_.value.code == 2
    assert "DRIFT new_leaves_hash_to_the_root" in capsys.readouterr().out


def test_clean_checks_of_what_was_new_are_forgotten_after_a_month(ledger: LedgerWorld) -> None:
    check_new(at=now() - timedelta(days=31))
    check_new(at=now())

    assert list(BooksCheck.objects.order_by("id").values_list("kind", flat=True)) == ["full", "new"]


def test_every_check_looks_at_what_is_new_or_says_what_does() -> None:
    whole = {check.name for check in check_files([LEDGER_CHECKS, STATEMENT_CHECKS, REASON_CHECKS]) if not ONLY_NEW.narrows(check.text)}

    assert whole == set(ANOTHER_ASKS)


def test_the_command_says_that_another_check_runs(ledger: LedgerWorld) -> None:
    with transaction.atomic():
        take_turn()
        with pytest.raises(CommandError, match="账务正在核查"):
            at_once(lambda _: call_command("check_books"), [1])
