"""Every kind of command through its own way in, once; and the functions of a database as their files say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import get_args
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from points.choices import OutcomeCode
from points.commands import AnyCommand, Command
from points.expiry import expire_due
from points.functions import function_files, load_functions
from points.models import Posting, Refusal, Transfer
from points.queries import lots, spendable
from tests.hands import Adjust, AdjustOut, Clawback
from tests.ledger_world import IN_A_YEAR, NOON, SOON, LedgerWorld, facts

Asking = Callable[[LedgerWorld], UUID | None]


def _reversed(ledger: LedgerWorld) -> UUID | None:
    wallet = ledger.wallet(10)
    spent = ledger.redeem(wallet, 10).transfer_id
    assert spent is not None
    return ledger.reverse(wallet, spent).transfer_id


def _captured(ledger: LedgerWorld) -> UUID | None:
    wallet = ledger.wallet(10)
    return ledger.capture(wallet, ledger.hold(wallet, 10)).transfer_id


def _released(ledger: LedgerWorld) -> UUID | None:
    wallet = ledger.wallet(10)
    return ledger.release(wallet, ledger.hold(wallet, 10)).transfer_id


def _clawed_back(ledger: LedgerWorld) -> UUID | None:
    wallet = ledger.wallet()
    return ledger.claw_back(wallet, ledger.earn(wallet, 10).transfer_id).transfer_id


def _expired(ledger: LedgerWorld) -> UUID | None:
    ledger.wallet(10, expires_on=SOON)
    assert expire_due(at=NOON + timedelta(days=365)) == 1
    return Transfer.objects.get(reason="expire").id


def _settled(ledger: LedgerWorld) -> UUID | None:
    ledger.redeem(ledger.wallet(10), 10)
    return ledger.settle(10).transfer_id


WAYS: Mapping[str, tuple[Asking, list[tuple[str, str, int]]]] = {
    "earn": (lambda world: world.earn(world.wallet(), 10).transfer_id, [("issuance", "lot", 10)]),
    "redeem": (lambda world: world.redeem(world.wallet(10), 10).transfer_id, [("lot", "payable", 10)]),
    "hold": (lambda world: world.hold(world.wallet(10), 10), [("lot", "hold", 10)]),
    "capture": (_captured, [("hold", "payable", 10)]),
    "release": (_released, [("hold", "lot", 10)]),
    "reverse": (_reversed, [("payable", "lot", 10)]),
    "clawback": (_clawed_back, [("lot", "issuance", 10)]),
    "adjust": (lambda world: world.adjust(world.wallet(), 10).transfer_id, [("issuance", "lot", 10)]),
    "adjust_out": (lambda world: world.adjust_out(world.wallet(10), 10).transfer_id, [("lot", "issuance", 10)]),
    "gift": (lambda world: world.give(world.wallet(10), world.wallet(), 10).transfer_id, [("lot", "transit", 10)]),
    "merge": (lambda world: world.merge(world.wallet(10), world.wallet()).transfer_id, [("lot", "transit", 10)]),
    "expire": (_expired, [("lot", "breakage", 10)]),
    "settle": (_settled, [("payable", "retired", 10)]),
}


@pytest.mark.parametrize("kind", WAYS)
def test_every_kind_has_a_way_in(ledger: LedgerWorld, kind: str) -> None:
    ask, moved = WAYS[kind]

    transfer = ask(ledger)

    assert transfer is not None
    assert Transfer.objects.get(id=transfer).reason == ("adjust" if kind == "adjust_out" else kind)
    rows = Posting.objects.filter(transfer_id=transfer).order_by("number")
    assert [(row.source_kind, row.target_kind, row.points) for row in rows] == moved


def test_no_kind_of_command_is_left_out() -> None:
    commands = {kind.kind for kind in {*get_args(Command), *get_args(AnyCommand)} if hasattr(kind, "kind")}

    assert WAYS.keys() == commands | {"merge", "expire", "settle", *(kind.kind for kind in (Adjust, AdjustOut, Clawback))}


def test_points_given_by_approval_pay_arrears_first(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    earned = ledger.earn(wallet, 24).transfer_id
    ledger.redeem(wallet, 24)
    ledger.claw_back(wallet, earned)

    given = ledger.adjust(wallet, 60).transfer_id

    assert given is not None
    rows = Posting.objects.filter(transfer_id=given).order_by("number")
    assert [(row.source_kind, row.target_kind, row.points) for row in rows] == [("issuance", "arrears", 24), ("issuance", "lot", 36)]
    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(36, IN_A_YEAR)]


def test_points_taken_by_approval_are_those_of_the_issuer_named(ledger: LedgerWorld) -> None:
    other = LedgerWorld().open()
    wallet = ledger.wallet(50, expires_on=IN_A_YEAR)
    other.earn(wallet, 100, key="other", expires_on=SOON)

    assert ledger.adjust_out(wallet, 30).posted

    assert [(lot.issuer_id, lot.points) for lot in lots(wallet)] == [(other.issuer, 100), (ledger.issuer, 20)]


def test_no_more_is_taken_by_approval_than_is_there_of_the_issuer(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(50)
    LedgerWorld().open().earn(wallet, 100, key="other")
    before = facts()

    refused = ledger.adjust_out(wallet, 51)

    assert (refused.outcome, refused.available) == (OutcomeCode.INSUFFICIENT_POINTS, 50)
    assert Refusal.objects.get(party_id=wallet).reason == "adjust"
    assert facts() == before


def test_points_that_wait_for_their_day_can_be_taken_by_approval(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(50, available_on=date(2026, 3, 27))

    assert ledger.adjust_out(wallet, 50).posted

    assert lots(wallet) == []


def test_an_approval_moves_points_once(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    first = ledger.adjust(wallet, 60)
    before = facts()

    again = ledger.adjust(wallet, 60)
    other = ledger.adjust(wallet, 61)

    assert (again.transfer_id, again.again) == (first.transfer_id, True)
    assert other.outcome is OutcomeCode.KEY_REUSED
    assert facts() == before


def test_a_frozen_wallet_is_corrected_and_a_closed_one_is_not(ledger: LedgerWorld) -> None:
    wallet, successor = ledger.wallet(50), ledger.wallet()
    assert ledger.merge(wallet, successor).posted

    assert ledger.adjust(wallet, 1).outcome is OutcomeCode.WALLET_CLOSED
    assert ledger.adjust_out(wallet, 1, key="other").outcome is OutcomeCode.WALLET_CLOSED
    assert ledger.adjust(uuid4(), 1).outcome is OutcomeCode.UNKNOWN_WALLET
    assert spendable(successor, at=NOON) == 50


@pytest.mark.parametrize("entry", ["points_post", "hands.points_claw_back"])
def test_a_correction_has_no_other_way_in(ledger: LedgerWorld, entry: str) -> None:
    wallet = ledger.wallet()
    before = facts()
    body = f'[{{"kind": "adjust", "wallet": "{wallet}", "points": 5}}]'

    with pytest.raises(DatabaseError, match="another way in"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"select * from {entry}(%s, %s, %s)", [body, NOON, NOON.date()])

    assert facts() == before


FUNCTIONS = """
    select p.oid::regprocedure::text, md5(p.prosrc), p.prosecdef, p.proconfig, p.proacl::text from pg_proc p
    where p.pronamespace = 'public'::regnamespace and starts_with(p.proname, 'points_') order by 1"""


@pytest.mark.django_db(databases=["default", "owner"])
def test_functions_loaded_again_keep_their_rights_and_settings() -> None:
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        before = cursor.fetchall()
        with owner.schema_editor() as editor:
            load_functions(apps, editor)  # type: ignore[arg-type]
        cursor.execute(FUNCTIONS)
        assert cursor.fetchall() == before


def test_every_file_of_functions_is_loaded_and_no_table() -> None:
    texts = {file.stem: file.read_text(encoding="utf-8") for file in function_files()}

    assert [name for name, text in texts.items() if "create table" in text.lower()] == []
    assert list(texts)[-2:] == ["grants", "log_grants"]
