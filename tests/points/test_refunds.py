"""docs/refunds.md, cell by cell: what was earned or spent, what is taken or given back of it, and what the resident reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import translation

from core.clock import alliance_day
from points.choices import OutcomeCode
from points.expiry import expire_due
from points.models import Account, Posting
from points.posting import Result
from points.queries import lots, transfer
from tests.ledger_world import IN_A_YEAR, NOON, SOON, LedgerWorld, facts
from web.resident.sentences import Known, sentences

TABLE = Path(__file__).parents[2] / "docs" / "refunds.md"
LATE = datetime(2026, 10, 5, 4, 0, tzinfo=NOON.tzinfo)  # after SOON
GRACE = date(2026, 11, 4)  # thirty days after LATE
PENDING = date(2026, 3, 27)
EARNED = 100
TAKES: dict[str, Sequence[int | None]] = {"whole": [None], "a part": [30], "a second part": [30, 50]}


@dataclass(frozen=True)
class Cell:
    """Where a hundred earned points are, what is taken back, and what comes of it."""

    state: str
    takes: str
    in_lot: int
    owed: int
    broken: int
    read: tuple[str, ...]  # of the last time


LEFT = "The bank cancelled what gave {} points: they left your wallet."
OWED = "The bank cancelled what gave {} points that were spent or held: the next points of this bank pay for them."
FREE = "The bank cancelled what gave {} points that had expired unspent: you owe nothing for them."
BACK = "{} points are back in your wallet, good until {}."

CANCELLED = [
    Cell("pending", "whole", 0, 0, 0, (LEFT.format(100),)),
    Cell("pending", "a part", 70, 0, 0, (LEFT.format(30),)),
    Cell("pending", "a second part", 20, 0, 0, (LEFT.format(50),)),
    Cell("available", "whole", 0, 0, 0, (LEFT.format(100),)),
    Cell("available", "a part", 70, 0, 0, (LEFT.format(30),)),
    Cell("available", "a second part", 20, 0, 0, (LEFT.format(50),)),
    Cell("partly spent", "whole", 0, 60, 0, (LEFT.format(40), OWED.format(60))),
    Cell("partly spent", "a part", 10, 0, 0, (LEFT.format(30),)),
    Cell("partly spent", "a second part", 0, 40, 0, (LEFT.format(10), OWED.format(40))),
    Cell("spent", "whole", 0, 100, 0, (OWED.format(100),)),
    Cell("spent", "a part", 0, 30, 0, (OWED.format(30),)),
    Cell("spent", "a second part", 0, 80, 0, (OWED.format(50),)),
    Cell("expired", "whole", 0, 0, 0, (FREE.format(100),)),
    Cell("expired", "a part", 0, 0, 70, (FREE.format(30),)),
    Cell("expired", "a second part", 0, 0, 20, (FREE.format(50),)),
]

# (the lot, what is given back) -> points in lots by their last day, and what the resident reads the last time
GIVEN_BACK: dict[tuple[str, str], tuple[list[tuple[int, date]], str]] = {
    ("alive", "whole"): ([(100, SOON)], BACK.format(100, "Sep 30, 2026")),
    ("alive", "a part"): ([(30, SOON)], BACK.format(30, "Sep 30, 2026")),
    ("alive", "a second part"): ([(80, SOON)], BACK.format(50, "Sep 30, 2026")),
    ("expired", "whole"): ([(100, GRACE)], BACK.format(100, "Nov 4, 2026")),
    ("expired", "a part"): ([(30, GRACE)], BACK.format(30, "Nov 4, 2026")),
    ("expired", "a second part"): ([(80, GRACE)], BACK.format(50, "Nov 4, 2026")),
}


def named(cell: Cell) -> str:
    return f"{cell.state}, {cell.takes}"


@pytest.mark.parametrize("cell", CANCELLED, ids=named)
def test_a_cancelled_earn(ledger: LedgerWorld, cell: Cell) -> None:
    wallet, earned = _earned(ledger, cell.state)

    for points in TAKES[cell.takes]:
        last = ledger.claw_back(wallet, earned, points, at=_when(cell.state))
        assert last.posted

    assert (_in_lots(wallet), _owed(wallet), _broken(ledger)) == (cell.in_lot, cell.owed, cell.broken)
    assert _read(last) == list(cell.read)
    _no_more_than_is_left(ledger, wallet, earned, taken=sum(points or EARNED for points in TAKES[cell.takes]), at=_when(cell.state))


@pytest.mark.parametrize(("lot", "gives"), GIVEN_BACK, ids=[", ".join(cell) for cell in GIVEN_BACK])
def test_a_redemption_given_back(ledger: LedgerWorld, lot: str, gives: str) -> None:
    wallet = ledger.wallet(EARNED, expires_on=SOON)
    spent = ledger.redeem(wallet, EARNED).transfer_id
    at = LATE if lot == "expired" else NOON
    assert spent is not None

    for points in TAKES[gives]:
        last = ledger.reverse(wallet, spent, points, at=at)
        assert last.posted

    held, read = GIVEN_BACK[lot, gives]
    assert [(view.points, view.expires_on) for view in lots(wallet)] == held
    assert _read(last) == [read]
    left = EARNED - held[0][0]
    before = facts()
    refused = ledger.reverse(wallet, spent, left + 1, at=at)
    assert (refused.outcome, refused.available) == (OutcomeCode.MORE_THAN_IS_LEFT if left else OutcomeCode.ALREADY_REVERSED, left)
    assert facts() == before


def test_every_cell_of_the_table_has_its_test() -> None:
    """The rows of both tables are the states tested here, their columns what is taken or given back."""
    lines = [line.strip("|").split("|") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    rows = [[cell.strip() for cell in line] for line in lines if len(line) == 1 + len(TAKES)]
    heads = [row for row in rows if row[1:] == list(TAKES)]
    states = [row[0] for row in rows if row not in heads and not re.fullmatch(r"-+", row[0])]

    assert len(heads) == 2
    assert states == [*dict.fromkeys(cell.state for cell in CANCELLED), *dict.fromkeys(lot for lot, _gives in GIVEN_BACK)]
    assert len(CANCELLED) == 15
    assert len(GIVEN_BACK) == 6


def test_what_was_spent_before_the_rest_expired_is_owed(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    earned = ledger.earn(wallet, EARNED, expires_on=SOON).transfer_id
    ledger.redeem(wallet, 60)
    assert expire_due(at=LATE) == 1

    last = ledger.claw_back(wallet, earned, at=LATE)

    assert (_owed(wallet), _broken(ledger)) == (60, 0)
    assert _read(last) == [FREE.format(40), OWED.format(60)]


def test_points_held_for_a_purchase_are_owed_until_the_hold_is_released(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    earned = ledger.earn(wallet, EARNED).transfer_id
    held = ledger.hold(wallet, EARNED)

    assert ledger.claw_back(wallet, earned).posted
    assert _owed(wallet) == EARNED

    assert _read(ledger.release(wallet, held)) == ["100 points pay for what this bank took back and you had spent."]
    assert (_owed(wallet), lots(wallet)) == (0, [])


def test_a_refund_pays_what_is_owed_first_and_says_so(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(50)
    earned = ledger.earn(wallet, 24).transfer_id
    spent = ledger.redeem(wallet, 74).transfer_id
    ledger.claw_back(wallet, earned)
    assert spent is not None

    last = ledger.reverse(wallet, spent, 50)

    assert _read(last) == [
        "24 points pay for what this bank took back and you had spent.",
        BACK.format(26, "Mar 31, 2027"),
    ]


def test_an_earn_that_pays_what_is_owed_says_so(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    ledger.claw_back(wallet, _spent_earn(ledger, wallet))

    assert _read(ledger.earn(wallet, 60)) == ["24 paid what was owed, 36 are yours to spend."]
    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(36, IN_A_YEAR)]


@pytest.mark.parametrize("points", [1, 2])
def test_sentences_are_there_in_chinese(ledger: LedgerWorld, points: int) -> None:
    wallet = ledger.wallet()
    earned = ledger.earn(wallet, points).transfer_id
    last = ledger.claw_back(wallet, earned)

    with translation.override("zh-hans"):
        assert _words(last) == [f"这笔缴费已取消，{points}分已收回。"]


def _earned(ledger: LedgerWorld, state: str) -> tuple[UUID, UUID | None]:
    wallet = ledger.wallet()
    if state == "pending":
        return wallet, ledger.earn(wallet, EARNED, available_on=PENDING).transfer_id
    earned = ledger.earn(wallet, EARNED, expires_on=SOON).transfer_id
    if state in {"partly spent", "spent"}:
        assert ledger.redeem(wallet, 60 if state == "partly spent" else EARNED).posted
    if state == "expired":
        assert expire_due(at=LATE) == 1
    return wallet, earned


def _spent_earn(ledger: LedgerWorld, wallet: UUID) -> UUID | None:
    earned = ledger.earn(wallet, 24).transfer_id
    assert ledger.redeem(wallet, 24).posted
    return earned


def _when(state: str) -> datetime:
    return LATE + timedelta(minutes=1) if state == "expired" else NOON


def _no_more_than_is_left(ledger: LedgerWorld, wallet: UUID, earned: UUID | None, *, taken: int, at: datetime) -> None:
    left, before = EARNED - taken, facts()
    refused = ledger.claw_back(wallet, earned, left + 1, at=at)
    assert (refused.outcome, refused.available) == (OutcomeCode.MORE_THAN_IS_LEFT if left else OutcomeCode.ALREADY_REVERSED, left)
    assert facts() == before


def _in_lots(wallet: UUID) -> int:
    return sum(view.points for view in lots(wallet))


def _owed(wallet: UUID) -> int:
    return sum(Account.objects.filter(party_id=wallet, kind="arrears").values_list("balance", flat=True))


def _broken(ledger: LedgerWorld) -> int:
    rows = Posting.objects.filter(issuer_id=ledger.issuer)
    return sum(row.points * ((row.target_kind == "breakage") - (row.source_kind == "breakage")) for row in rows)


def _read(result: Result) -> list[str]:
    with translation.override("en"):
        return _words(result)


def _words(result: Result) -> list[str]:
    assert result.transfer_id is not None
    view = transfer(result.transfer_id)
    assert view is not None
    return sentences(view, Known(today=alliance_day(view.recorded_at)))
