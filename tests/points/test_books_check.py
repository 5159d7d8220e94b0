"""The books check passes over whole books, and finds what a hand in the database would do."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.log.sealing import seal_all
from tests.ledger_world import LedgerWorld
from tests.reasons import give_reasons

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

CORRUPTIONS = [
    ("update points_account set balance = balance + 1", "balances_are_their_postings"),
    ("delete from points_account", "balances_are_their_postings"),
    ("update points_account set expires_on = expires_on + 1", "accounts_have_their_key_as_id"),
    ("update points_account set issuer_id = gen_random_uuid()", "accounts_have_their_key_as_id"),
    ("update points_account set terms_id = terms_id + 1000", "parties_are_known"),
    ("update points_posting set points = points + 1 where source_kind = 'issuance'", "issued_points_are_somewhere"),
    ("update points_posting set points = points + 100 where restores is not null", "nothing_is_given_back_twice"),
    ("update points_posting set restores = null", "postings_fit_their_reason"),
    ("update points_posting set target_id = gen_random_uuid() where target_kind = 'payable'", "postings_fit_their_reason"),
    ("update points_posting set number = number + 100", "transfers_are_made_of_postings"),
    ("delete from points_posting where target_kind = 'payable'", "transfers_are_made_of_postings"),
    ("delete from points_transfer where reason = 'earn'", "transfers_are_made_of_postings"),
    ("delete from points_transfer where reason = 'earn'", "every_fact_is_sealed_or_waits"),
    ("update points_transfer set reason = 'earn'", "postings_fit_their_reason"),
    ("update points_transfer set counterparty_id = gen_random_uuid() where reason = 'redeem'", "parties_are_known"),
    ("update points_transfer set key = 'refused', source = 'redemptions' where reason = 'redeem'", "keys_answer_once"),
    ("delete from points_refusal", "every_fact_is_sealed_or_waits"),
    ("delete from points_sealed where number = 2", "numbers_are_dense"),
    ("update points_sealed set number = number + 1000 where number = 1", "numbers_are_dense"),
    ("update points_sealed set number = 100 - number", "numbers_are_causal"),
    ("insert into points_unsealed (party_id, fact_id, what) select party_id, fact_id, what from points_sealed",
     "every_fact_is_sealed_or_waits"),
    ("update points_total set points_in = points_in + 1", "totals_are_sealed_postings"),
    ("delete from points_total", "totals_are_sealed_postings"),
    ("delete from points_wallet", "parties_are_known"),
    ("delete from points_account", "postings_fit_their_reason"),
    ("delete from points_open_hold", "holds_end_once"),
    ("update points_open_hold set transfer_id = gen_random_uuid()", "holds_end_once"),
    ("update points_posting set points = points + 1 where source_kind = 'hold'", "holds_end_once"),
    ("update points_posting set points = points + 1 where target_kind = 'transit'", "transit_is_empty"),
    ("update points_posting set points = points + 1 where target_kind = 'issuance'", "issued_points_are_somewhere"),
    ("update points_posting set points = points + 1000 where target_kind = 'issuance'", "nothing_is_given_back_twice"),
    ("delete from points_merchant", "parties_are_known"),
    ("alter table points_merchant drop constraint points_merchant_pk; insert into points_merchant select * from points_merchant",
     "rows_are_there_once"),
    ("update points_terms set months = months + 1", "terms_are_as_they_were_sealed"),
    ("update points_wallet set successor_id = gen_random_uuid(), closed_at = now()", "wallets_end_in_their_successor"),
    ("update points_posting set points = points + 1 where target_kind = 'transit'", "gifts_have_two_sides"),
    ("update points_transfer set request_hash = sha256('')", "requests_are_what_was_posted"),
    ("update points_posting set points = points + 1 where target_kind = 'payable'", "requests_are_what_was_posted"),
    ("update points_transfer set follows = gen_random_uuid() where reason = 'clawback'", "requests_are_what_was_posted"),
    ("update points_transfer set request_hash = sha256('') where key like 'gift from %'", "requests_are_what_was_posted"),
    ("update points_issuer set suspended_at = now(), kept_from = now()", "suspensions_are_as_they_were_sealed"),
    ("update points_declaration set kind = 'suspension' where kind = 'terms'", "suspensions_are_as_they_were_sealed"),
]  # fmt: skip


@pytest.fixture
def busy_ledger(transactional_db: None) -> LedgerWorld:
    """Every verb and a refusal, sealed."""
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)
    spent = ledger.redeem(wallet, 40)
    ledger.redeem(wallet, 1000, key="refused")
    assert spent.transfer_id is not None
    ledger.reverse(wallet, spent.transfer_id, 15)
    ledger.capture(wallet, ledger.hold(wallet, 20), 5)
    ledger.hold(wallet, 3)
    ledger.give(wallet, ledger.wallet(), 7)
    ledger.claw_back(wallet, ledger.earn(wallet, 9).transfer_id)
    seal_all()
    return ledger


def drifted(using: str = "default") -> set[str]:
    return {drift.check for drift in run_checks(check_files([LEDGER_CHECKS]), using=using)}


def drift_after(statement: str) -> set[str]:
    """What is found when the owner of the database does by hand what the product never would; undone afterwards."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as owner:
            owner.execute(statement)
        found = drifted(using="owner")
        transaction.set_rollback(True, using="owner")
    return found


def test_whole_books_have_no_drift(busy_ledger: LedgerWorld) -> None:
    busy_ledger.redeem(busy_ledger.wallet(5), 5)  # waits for its number
    assert drifted() == set()


def test_the_command_says_that_the_books_are_whole(busy_ledger: LedgerWorld, capsys: pytest.CaptureFixture[str]) -> None:
    give_reasons()
    call_command("check_books")

    assert "The books are whole" in capsys.readouterr().out


def test_the_command_exits_with_2_on_drift(busy_ledger: LedgerWorld, capsys: pytest.CaptureFixture[str]) -> None:
    with connections["owner"].cursor() as owner:
        owner.execute("update points_account set balance = balance + 1")
    with pytest.raises(SystemExit) as exit_:
        call_command("check_books")

    assert exit_.value.code == 2
    assert "DRIFT balances_are_their_postings: account" in capsys.readouterr().out


def test_a_hand_in_the_database_is_found(busy_ledger: LedgerWorld) -> None:
    missed = [(statement, check) for statement, check in CORRUPTIONS if check not in drift_after(statement)]

    assert missed == []
    assert drifted() == set(), "every corruption was undone"


def test_every_check_has_a_corruption_it_must_find() -> None:
    assert {check.name for check in check_files([LEDGER_CHECKS])} == {check for _statement, check in CORRUPTIONS}
