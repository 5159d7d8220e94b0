"""A suspended issuer's points wait: nothing is spent of them and nothing is lost, until it is lifted and after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from core.clock import day_starts
from points.audit.checks import LEDGER_CHECKS, SqlCheck
from points.choices import OutcomeCode
from points.expiry import expire_due
from points.log.sealing import seal_all
from points.models import Declaration, Posting, Transfer
from points.parties import lift_suspension, suspend_issuer
from points.queries import lots, spendable, suspended_issuers
from settlements.books import REASON_CHECKS
from tests.ledger_world import IN_A_YEAR, NOON, SOON, LedgerWorld, facts

TICK = timedelta(microseconds=1)
BEFORE = datetime(2026, 9, 20, 4, 0, tzinfo=NOON.tzinfo)  # SOON is ten days ahead
AFTER = datetime(2026, 10, 20, 4, 0, tzinfo=NOON.tzinfo)  # SOON is long gone
KEPT_UNTIL = date(2026, 11, 19)  # thirty days of grace after AFTER


def holdings(wallet: UUID) -> list[tuple[int, date, bool]]:
    return [(lot.points, lot.expires_on, lot.suspended) for lot in lots(wallet)]


def suspended_over_its_last_day(ledger: LedgerWorld) -> UUID:
    """A wallet of 100 points that went through their last day while their issuer was suspended."""
    wallet = ledger.wallet(100, expires_on=SOON)
    suspend_issuer(issuer=ledger.issuer, at=BEFORE)
    lift_suspension(issuer=ledger.issuer, at=AFTER)
    return wallet


def test_the_points_of_a_suspended_issuer_wait(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    other = LedgerWorld().open()
    other.earn(wallet, 30, key="other", expires_on=SOON)

    assert suspend_issuer(issuer=ledger.issuer, at=NOON)

    assert spendable(wallet, at=NOON) == 30
    assert holdings(wallet) == [(30, SOON, False), (100, IN_A_YEAR, True)]
    assert suspended_issuers() == {ledger.issuer: NOON}


@pytest.mark.parametrize("verb", ["redeem", "hold", "gift"])
def test_they_are_not_spent_held_or_given_away(ledger: LedgerWorld, verb: str) -> None:
    wallet, friend = ledger.wallet(100), ledger.wallet()
    suspend_issuer(issuer=ledger.issuer, at=NOON)
    before = facts()

    if verb == "hold":
        with pytest.raises(AssertionError):
            ledger.hold(wallet, 1)
    else:
        refused = ledger.redeem(wallet, 1) if verb == "redeem" else ledger.give(wallet, friend, 1)
        assert (refused.outcome, refused.available) == (OutcomeCode.INSUFFICIENT_POINTS, 0)

    assert facts() == before
    lift_suspension(issuer=ledger.issuer, at=NOON)
    assert ledger.redeem(wallet, 100).posted


def test_other_issuers_points_are_spent_in_their_place(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100, expires_on=SOON)
    other = LedgerWorld().open()
    other.earn(wallet, 30, key="other")
    suspend_issuer(issuer=ledger.issuer, at=NOON)

    assert ledger.redeem(wallet, 31).available == 30
    assert ledger.redeem(wallet, 30).posted

    assert holdings(wallet) == [(100, SOON, True)]


def test_all_else_goes_on(ledger: LedgerWorld) -> None:
    wallet, successor = ledger.wallet(), ledger.wallet()
    earned = ledger.earn(wallet, 100).transfer_id
    spent = ledger.redeem(wallet, 10).transfer_id
    held = ledger.hold(wallet, 20)
    suspend_issuer(issuer=ledger.issuer, at=NOON)
    assert spent is not None

    assert ledger.earn(wallet, 5).posted
    assert ledger.capture(wallet, held, 15).posted  # promised to the till before
    assert ledger.reverse(wallet, spent).posted
    assert ledger.claw_back(wallet, earned, 40).posted
    assert ledger.adjust_out(wallet, 1).posted
    assert ledger.merge(wallet, successor).posted

    assert holdings(successor) == [(49, IN_A_YEAR, True)]


def test_they_do_not_expire_while_they_wait(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100, expires_on=SOON)
    suspend_issuer(issuer=ledger.issuer, at=BEFORE)

    assert expire_due(at=AFTER) == 0
    assert holdings(wallet) == [(100, SOON, True)]


def test_what_had_expired_before_is_not_brought_back(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100, expires_on=SOON)
    suspend_issuer(issuer=ledger.issuer, at=AFTER)
    lift_suspension(issuer=ledger.issuer, at=AFTER)

    assert spendable(wallet, at=AFTER) == 0
    assert expire_due(at=AFTER) == 1


def test_after_it_is_lifted_they_live_for_the_grace_of_the_terms(ledger: LedgerWorld) -> None:
    wallet = suspended_over_its_last_day(ledger)
    end = day_starts(KEPT_UNTIL + timedelta(days=1))

    assert holdings(wallet) == [(100, KEPT_UNTIL, False)]
    assert [spendable(wallet, at=at) for at in (AFTER, end - TICK, end)] == [100, 100, 0]
    assert ledger.redeem(wallet, 1, at=end - TICK).posted
    assert ledger.redeem(wallet, 1, at=end).outcome is OutcomeCode.INSUFFICIENT_POINTS


def test_what_is_left_after_the_grace_expires_at_its_end(ledger: LedgerWorld) -> None:
    suspended_over_its_last_day(ledger)
    end = day_starts(KEPT_UNTIL + timedelta(days=1))

    assert expire_due(at=end - TICK) == 0
    assert expire_due(at=end + timedelta(days=3)) == 1

    swept = Transfer.objects.get(reason="expire")
    assert swept.effective_at == end
    assert [(row.source_kind, row.target_kind, row.points) for row in Posting.objects.filter(transfer_id=swept.id)] == [
        ("lot", "breakage", 100)
    ]


def test_a_lot_with_a_later_day_keeps_it(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100, expires_on=IN_A_YEAR)
    suspend_issuer(issuer=ledger.issuer, at=BEFORE)
    lift_suspension(issuer=ledger.issuer, at=AFTER)

    assert holdings(wallet) == [(100, IN_A_YEAR, False)]


def test_what_comes_back_meanwhile_comes_back_to_the_lot_that_waits(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100, expires_on=SOON)
    spent = ledger.redeem(wallet, 60).transfer_id
    held = ledger.hold(wallet, 10, at=BEFORE)
    suspend_issuer(issuer=ledger.issuer, at=BEFORE)
    assert spent is not None

    assert ledger.reverse(wallet, spent, at=AFTER).posted
    assert ledger.release(wallet, held, at=AFTER).posted

    assert holdings(wallet) == [(100, SOON, True)]


def test_a_second_suspension_during_the_grace_loses_nothing(ledger: LedgerWorld) -> None:
    wallet = suspended_over_its_last_day(ledger)
    later, much_later = AFTER + timedelta(days=20), AFTER + timedelta(days=100)
    suspend_issuer(issuer=ledger.issuer, at=later)

    assert expire_due(at=much_later) == 0
    lift_suspension(issuer=ledger.issuer, at=much_later)

    assert spendable(wallet, at=much_later) == 100
    assert holdings(wallet) == [(100, date(2027, 2, 27), False)]


def test_a_second_suspension_after_the_grace_brings_nothing_back(ledger: LedgerWorld) -> None:
    wallet = suspended_over_its_last_day(ledger)
    later = day_starts(KEPT_UNTIL + timedelta(days=1))
    suspend_issuer(issuer=ledger.issuer, at=later)
    lift_suspension(issuer=ledger.issuer, at=later)

    assert spendable(wallet, at=later) == 0
    assert expire_due(at=later) == 1


def test_to_suspend_or_lift_twice_changes_nothing(ledger: LedgerWorld) -> None:
    assert not lift_suspension(issuer=ledger.issuer, at=NOON)
    assert suspend_issuer(issuer=ledger.issuer, at=NOON)
    assert not suspend_issuer(issuer=ledger.issuer, at=BEFORE)
    assert suspended_issuers() == {ledger.issuer: NOON}
    assert lift_suspension(issuer=ledger.issuer, at=BEFORE)
    assert suspended_issuers() == {}
    assert not suspend_issuer(issuer=uuid4(), at=NOON)


def test_each_step_is_stated_word_for_word_and_the_end_of_the_grace_is_found_in_it(ledger: LedgerWorld) -> None:
    suspended_over_its_last_day(ledger)
    assert expire_due(at=day_starts(KEPT_UNTIL + timedelta(days=1))) == 1
    suspend_issuer(issuer=ledger.issuer, at=day_starts(date(2027, 1, 1)))

    said = Declaration.objects.filter(party_id=ledger.issuer, kind="suspension").order_by("subject").values_list("subject", "body")
    assert [(subject, body.removeprefix(f"issuer {ledger.issuer}: ")) for subject, body in said] == [
        ("1", "its points wait since 2026-09-20T04:00:00.000000Z; a lot whose last day is 2026-09-20 or later does not expire meanwhile"),
        ("2", "its points wait no longer; a lot whose last day is 2026-09-20 or later is kept until 2026-11-19"),
        ("3", "its points wait since 2026-12-31T16:00:00.000000Z; a lot whose last day is 2027-01-01 or later does not expire meanwhile"),
    ]
    assert seal_all() > 3
    asked = [LEDGER_CHECKS / "suspensions_are_as_they_were_sealed.sql", REASON_CHECKS / "expiries_have_their_day.sql"]
    assert [list(SqlCheck(file).run(using="default", advance=int)) for file in asked] == [[], []]
