"""The books check over the log passes over a whole one, and finds what a hand in the database would do."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import Settings

from points.audit.checks import run_checks
from points.log.books import CHECKS
from points.log.checkpoints import log_keys
from tests.ledger_world import LedgerWorld
from tests.points.log.world import sealed
from tests.reasons import give_reasons

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

FLIP = "set_byte({0}, 0, get_byte({0}, 0) # 1)"
LEAVES, TILES, SIGNED = "leaves_hash_to_the_root", "tiles_agree", "checkpoints_are_signed"
CORRUPTIONS = [
    ("update points_posting set points = points + 1 where target_kind = 'payable'", LEAVES),
    ("update points_posting set target_id = gen_random_uuid() where target_kind = 'payable'", LEAVES),
    ("update points_transfer set effective_at = effective_at + interval '1 microsecond' where reason = 'redeem'", LEAVES),
    ("update points_transfer set reason = 'redeem' where reason = 'reverse'", LEAVES),
    ("update points_transfer set follows = null where reason = 'reverse'", LEAVES),
    ("update points_refusal set outcome = 'wallet_frozen'", LEAVES),
    ("update points_declaration set body = replace(body, '12 months', '6 months')", LEAVES),
    ("update points_declaration set subject = '99'", LEAVES),
    ("update points_salt set salt = sha256(salt)", LEAVES),
    ("update points_sealed set opening = " + FLIP.format("opening"), LEAVES),
    ("update points_sealed set opening = null where number = 5", LEAVES),
    ("update points_sealed a set opening = b.opening from points_sealed b where a.number + b.number = 11", LEAVES),
    ("update points_tile set hashes = " + FLIP.format("hashes") + " where level = 0", LEAVES),
    ("update points_tile set hashes = " + FLIP.format("hashes") + " where level = 0", TILES),
    ("update points_tile set hashes = " + FLIP.format("hashes") + " where level = 1", TILES),
    ("update points_tile set hashes = substring(hashes for octet_length(hashes) - 32) where index = 1", TILES),
    ("delete from points_tile where level = 0 and index = 0", TILES),
    ("delete from points_tile where level = 1", TILES),
    ("insert into points_tile select 2, 0, substring(hashes for 32) from points_tile where level = 1", TILES),
    ("update points_log set root = sha256('')", LEAVES),
    ("update points_log set parts = '{}'", LEAVES),
    ("update points_checkpoint set root = " + FLIP.format("root"), SIGNED),
    ("update points_checkpoint set root = " + FLIP.format("root"), LEAVES),
    ("update points_checkpoint set note = replace(note, 'points', 'pints')", SIGNED),
    ("update points_checkpoint set note = split_part(note, chr(10) || chr(10), 1) || repeat(chr(10), 2) || chr(8212) || ' a b' || chr(10)",
     SIGNED),
]  # fmt: skip


def drifted() -> set[str]:
    return {drift.check for drift in run_checks(CHECKS)}


@pytest.fixture
def ledger(transactional_db: None) -> LedgerWorld:
    """Two levels of tiles, and every kind of leaf."""
    ledger = LedgerWorld().open()
    sealed(ledger, times=70)
    return ledger


@pytest.mark.parametrize(("statement", "check"), CORRUPTIONS)
def test_a_hand_in_the_database_is_found(ledger: LedgerWorld, statement: str, check: str) -> None:
    assert drifted() == set()

    with connections["owner"].cursor() as owner:
        owner.execute(statement)
        assert owner.rowcount > 0

    assert check in drifted()


def test_an_empty_log_is_whole(transactional_db: None) -> None:
    assert drifted() == set()


def test_an_erased_salt_is_no_drift(ledger: LedgerWorld) -> None:
    with connections["owner"].cursor() as owner:
        owner.execute("delete from points_salt")

    assert drifted() == set()


def test_a_key_that_signed_once_must_stay_known(ledger: LedgerWorld, settings: Settings) -> None:
    old = str(log_keys()[0])
    settings.LOG_SIGNING_SEEDS = [b"n" * 32]

    assert drifted() == {SIGNED}
    settings.LOG_PAST_KEYS = [old]
    assert drifted() == set()


def test_the_command_checks_the_log(ledger: LedgerWorld, capsys: pytest.CaptureFixture[str]) -> None:
    give_reasons()
    call_command("check_books")
    assert "The books are whole" in capsys.readouterr().out

    with connections["owner"].cursor() as owner:
        owner.execute("update points_log set root = sha256('')")
    with pytest.raises(SystemExit):
        call_command("check_books")
    assert "DRIFT leaves_hash_to_the_root: the log:" in capsys.readouterr().out
