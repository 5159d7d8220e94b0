"""A bank's export by the program: every verb adds up to the bank's books; parts of it, quorums, JSON, the bar on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from core.clock import now
from points.choices import Reason
from points.commands import Settle
from points.expiry import expire_due
from points.log.checkpoints import checkpoint_of, cosign, latest_checkpoint, make_checkpoint
from points.log.notes import split_note
from points.log.sealing import seal_all
from points.posting import merge, settle
from tests.hands import Adjust, AdjustOut, adjust
from tests.ledger_world import IN_A_YEAR, NOON, SOON, LedgerWorld
from tests.points.log.test_verify_books import export, run
from tests.points.log.world import EAST_WITNESS, PROGRAM, WEST_WITNESS, log_key, mirror, sealed
from tests.waiting import PATIENCE_SECONDS

LATER = NOON + timedelta(days=300)  # after SOON


def every_verb(ledger: LedgerWorld) -> None:
    """Whatever can happen to a bank's points, at least once."""
    spender, giver, heir = ledger.wallet(100), ledger.wallet(50), ledger.wallet()
    lots = ledger.wallet(40, expires_on=SOON)
    spent = ledger.redeem(spender, 60)
    early = ledger.redeem(lots, 25)
    assert spent.transfer_id is not None
    assert early.transfer_id is not None
    assert ledger.reverse(spender, spent.transfer_id, 10).posted
    assert ledger.give(giver, heir, 20).posted
    assert ledger.capture(giver, ledger.hold(giver, 15), 5).posted
    assert ledger.release(giver, ledger.hold(giver, 3)).posted
    ledger.hold(giver, 2)
    earned = ledger.earn(heir, 30)
    assert ledger.redeem(heir, 45).posted
    assert ledger.claw_back(heir, earned.transfer_id).posted  # more than is left: arrears
    assert merge(wallet=heir, into=spender, key="merge", at=NOON).posted
    assert settle([Settle(merchant=ledger.merchant, issuer=ledger.issuer, points=40, key="paid", effective_at=NOON)], at=NOON)[0].posted
    more = Adjust(
        wallet=giver, issuer=ledger.issuer, terms=ledger.terms, points=7, expires_on=IN_A_YEAR, key=str(uuid4()), effective_at=NOON
    )
    less = AdjustOut(wallet=giver, issuer=ledger.issuer, points=4, key=str(uuid4()), effective_at=NOON)
    assert adjust(more, at=NOON).posted
    assert adjust(less, at=NOON).posted
    assert expire_due(at=LATER) > 0
    assert reverse_after_expiry(ledger, lots, early.transfer_id, LATER)


def reverse_after_expiry(ledger: LedgerWorld, wallet: UUID, spent: UUID, at: datetime) -> bool:
    """What comes back after its lot expired is a lot with the days of grace."""
    return ledger.reverse(wallet, spent, 25, at=at).posted


def books_of(issuer: UUID) -> dict[str, int]:
    """The bank's side, out of the totals and the stored balances."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, sum(points_in)::bigint, sum(points_out)::bigint from points_total where issuer_id = %s group by kind", [issuer]
        )
        into, out = {}, {}
        for kind, points_in, points_out in cursor.fetchall():
            into[kind], out[kind] = points_in, points_out
        cursor.execute(
            "select coalesce(sum(case kind when 'arrears' then -balance else balance end), 0)::bigint from points_account"
            " where issuer_id = %s",
            [issuer],
        )
        outstanding = cursor.fetchone()[0]
    return {
        "issued": out["issuance"],
        "taken back": into["issuance"],
        "redeemed": into["payable"],
        "given back": out["payable"] - into["retired"],
        "expired": into["breakage"] - out["breakage"],
        "outstanding": outstanding,
    }


def test_every_verb_adds_up_to_the_banks_books(ledger: LedgerWorld, tmp_path: Path) -> None:
    other = LedgerWorld().open()
    other.earn(ledger.wallet(5), 9, key="another bank's")
    every_verb(ledger)
    seal_all()
    make_checkpoint(at=now())
    export(ledger, tmp_path / "leaves")
    with connection.cursor() as cursor:
        cursor.execute("select distinct reason from points_transfer")
        reasons = {reason for (reason,) in cursor.fetchall()}

    done = run("export", str(tmp_path / "leaves"), "--key", log_key(), "--log", str(mirror(tmp_path / "log")), "--json")

    assert done.returncode == 0, done.stdout
    totals = json.loads(done.stdout)["totals"]
    books = books_of(ledger.issuer)
    assert {name: totals[name] for name in books} == books
    assert all(books.values())
    assert set(Reason.values) - reasons == set()


def test_an_export_of_what_is_new_says_since_when(ledger: LedgerWorld, tmp_path: Path) -> None:
    old = sealed(ledger)
    sealed(ledger, times=2)
    lines = export(ledger, tmp_path / "leaves", after=old)
    check = ["export", str(tmp_path / "leaves"), "--key", log_key(), "--log", str(mirror(tmp_path / "log"))]

    done = run(*check)
    del lines[3]
    (tmp_path / "leaves").write_text("\n".join(lines) + "\n")
    gap = run(*check)

    assert done.returncode == 0, done.stdout
    assert f"The export begins after number {old}; what follows is since then.\nissued: 200\n" in done.stdout
    assert (gap.returncode, gap.stdout.count("leaves out 1 of the bank's leaves")) == (2, 1)


def test_an_export_asks_for_its_witnesses(ledger: LedgerWorld, tmp_path: Path, settings: Settings) -> None:
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key), str(WEST_WITNESS.key)]
    size = sealed(ledger)
    line = EAST_WITNESS.cosign(split_note(checkpoint_of(size=size).note)[0], seconds=int(now().timestamp()))
    cosign(size=size, line=line, at=now())
    export(ledger, tmp_path / "leaves")
    check = ["export", str(tmp_path / "leaves"), "--key", log_key(), "--log", str(mirror(tmp_path / "log"))]
    check += ["--witness", str(EAST_WITNESS.key), "--witness", str(WEST_WITNESS.key)]

    one, two = run(*check, "--quorum", "1"), run(*check, "--quorum", "2")

    assert one.returncode == 0, one.stdout
    assert "The log signed it; cosigned by: east.example/witness.\n" in one.stdout
    said = f"WRONG: 1 of your witnesses cosigned the log of {size} leaves; you asked for 2.\n"
    assert (two.returncode, two.stdout) == (2, said)


def test_what_is_wrong_is_json_too(ledger: LedgerWorld, tmp_path: Path) -> None:
    sealed(ledger)
    lines = export(ledger, tmp_path / "leaves")
    (tmp_path / "leaves").write_text("\n".join(lines[:-1]) + "\n")
    check = ["export", str(tmp_path / "leaves"), "--key", log_key(), "--json", "--log"]

    wrong, unread = run(*check, str(mirror(tmp_path / "log"))), run(*check, str(tmp_path / "nowhere"))

    assert (wrong.returncode, json.loads(wrong.stdout)["status"]) == (2, 2)
    assert json.loads(wrong.stdout)["said"][0].startswith("WRONG: The export was cut off")
    assert (unread.returncode, json.loads(unread.stdout)["status"]) == (1, 1)
    assert json.loads(unread.stdout)["said"][0].startswith("Not checked: The log could not be read")


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_is_for_a_terminal_alone(ledger: LedgerWorld, tmp_path: Path, *, terminal: bool) -> None:
    sealed(ledger)
    export(ledger, tmp_path / "leaves")
    command = [sys.executable, str(PROGRAM), "export", str(tmp_path / "leaves"), "--key", log_key()]
    command += ["--log", str(mirror(tmp_path / "log"))]
    found = latest_checkpoint()
    assert found is not None
    if not terminal:
        assert run(*command[2:]).stderr == ""
        return

    ours, theirs = pty.openpty()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, check=False, timeout=PATIENCE_SECONDS)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)

    assert done.returncode == 0
    assert f"\r100 % of {found.size} leaves, " in shown
    assert "s left" in shown
