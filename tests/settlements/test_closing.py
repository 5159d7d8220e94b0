"""Close business days: which numbers they hold, in which order, and what they refuse."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from branches.models import Alliance, Bank
from merchants.models import Cashier
from points.commands import Capture, Hold, Reverse, Settle
from points.posting import post_one, settle
from points.queries import last_sealed
from residents.models import Resident
from settlements import statements
from settlements.choices import Closer
from settlements.models import (
    BusinessDay,
    IssuerStatement,
    MerchantLine,
    MerchantLinePart,
    MerchantStatement,
    NetPayment,
    NetPosition,
)
from settlements.services import DayNotBegun, DayPassedOver, close_day, close_yesterday
from tests.settlements.world import redeem
from tests.world import give_points, make_bank, make_cashier, make_merchant, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich_mei(mei: Resident, east: Bank) -> Resident:
    """Mei with 1,000 points of East Bank."""
    give_points(resident=mei, bank=east, points=1000, at=moment("2026-03-02"))
    return mei


def test_an_empty_day_closes_without_statements(rich_mei: Resident) -> None:
    closed = close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    assert (closed.previous, closed.number_after, closed.number_upto) == (None, 0, 2)  # the bank's terms, and what Mei earned
    assert not MerchantStatement.objects.exists()
    assert not IssuerStatement.objects.exists()
    assert not NetPosition.objects.exists()


def test_a_day_without_any_number_closes(east: Bank) -> None:
    closed = close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    assert (closed.number_after, closed.number_upto) == (0, 1)  # the bank's terms


def test_a_day_takes_over_where_the_one_before_ended(rich_mei: Resident, bakery: Cashier) -> None:
    redeem(rich_mei, bakery, 10, at=moment("2026-03-20"))
    first = close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    redeem(rich_mei, bakery, 20, at=moment("2026-03-21"))
    second = close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))

    assert (first.number_after, first.number_upto) == (0, 3)
    assert (second.previous, second.number_after, second.number_upto) == (first, 3, 4)
    assert last_sealed() == 4


def test_numbers_of_a_skipped_day_are_the_next_days(rich_mei: Resident, bakery: Cashier) -> None:
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    redeem(rich_mei, bakery, 10, at=moment("2026-03-21"))
    redeem(rich_mei, bakery, 20, at=moment("2026-03-22"))

    close_day(day=date(2026, 3, 22), at=moment("2026-03-23", "00:30"))

    assert [line.points for line in MerchantLine.objects.order_by("number")] == [10, 20]
    assert MerchantStatement.objects.get().day_id == date(2026, 3, 22)


def test_a_future_day_is_refused_and_today_is_not(rich_mei: Resident, bakery: Cashier) -> None:
    redeem(rich_mei, bakery, 10, at=moment("2026-03-20"))

    with pytest.raises(DayNotBegun):
        close_day(day=date(2026, 3, 21), at=moment("2026-03-20", "23:59:59"))
    assert not BusinessDay.objects.exists()
    assert last_sealed() == 0

    assert close_day(day=date(2026, 3, 20), at=moment("2026-03-20", "23:59:59")).day == date(2026, 3, 20)


def test_a_day_before_the_last_closed_one_is_refused(rich_mei: Resident, bakery: Cashier) -> None:
    closed = close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    redeem(rich_mei, bakery, 10, at=moment("2026-03-21"))

    with pytest.raises(DayPassedOver) as refusal:
        close_day(day=date(2026, 3, 19), at=moment("2026-03-21", "09:00"))

    assert refusal.value.details == {"day": "2026-03-19", "last": "2026-03-20"}
    assert list(BusinessDay.objects.all()) == [closed]
    assert not MerchantLine.objects.exists()


def test_what_waits_for_its_number_is_sealed_before_the_closing(rich_mei: Resident, bakery: Cashier) -> None:
    redeem(rich_mei, bakery, 10, at=moment("2026-03-20"))
    before = last_sealed()

    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    assert last_sealed() > before
    assert MerchantLine.objects.get().points == 10


def test_a_redemption_undone_the_same_day_leaves_two_lines_and_nothing_to_pay(
    rich_mei: Resident, bakery: Cashier, grocer: Cashier, west: Bank
) -> None:
    spent = redeem(rich_mei, grocer, 100, at=moment("2026-03-20", "10:00"))
    at = moment("2026-03-20", "10:05")
    assert post_one(Reverse(wallet=rich_mei.wallet_id, follows=spent, key="undo", effective_at=at), at=at).posted

    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    assert list(MerchantLine.objects.order_by("number").values_list("points", flat=True)) == [100, -100]
    statement = MerchantStatement.objects.get()
    assert (statement.points, statement.payable_minor, statement.carried_out_minor) == (0, 0, 0)
    assert IssuerStatement.objects.get().fee_minor == 0
    assert not NetPayment.objects.exists()


def test_a_captured_hold_is_a_line_and_a_payout_is_none(rich_mei: Resident, grocer: Cashier, east: Bank) -> None:
    party, at = grocer.outlet.merchant.party_id, moment("2026-03-20")
    held = post_one(
        Hold(wallet=rich_mei.wallet_id, merchant=party, points=300, due_at=moment("2026-03-20", "12:02"), key="hold", effective_at=at),
        at=at,
    )
    assert held.transfer_id
    assert post_one(Capture(wallet=rich_mei.wallet_id, follows=held.transfer_id, points=220, key="capture", effective_at=at), at=at).posted
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    [line] = MerchantLine.objects.all()
    assert (line.reason, line.points) == ("capture", 220)

    paid = Settle(merchant=party, issuer=east.issuer_id, points=220, key="line-1", effective_at=at)
    assert settle([paid], at=at)[0].posted
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))

    assert MerchantLine.objects.count() == 1
    assert MerchantStatement.objects.count() == 1


def test_the_fee_is_rounded_on_the_total_of_a_statement(rich_mei: Resident, grocer: Cashier, west: Bank, alliance: Alliance) -> None:
    other = make_cashier(merchant=make_merchant(name="Florist", acquirer=west))
    for minute, cashier in enumerate((grocer, other, grocer)):
        redeem(rich_mei, cashier, 33, at=moment("2026-03-20", f"10:0{minute}"))  # 0.165 fen each, 0.495 in all

    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    assert IssuerStatement.objects.get().fee_minor == 0

    for minute, cashier in enumerate((grocer, other)):
        redeem(rich_mei, cashier, 50, at=moment("2026-03-21", f"10:0{minute}"))  # 0.25 fen each, 0.5 in all
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))
    assert IssuerStatement.objects.get(day=date(2026, 3, 21)).fee_minor == 1


def test_a_bank_pays_its_own_merchants_without_fee_or_debt(rich_mei: Resident, bakery: Cashier, east: Bank) -> None:
    redeem(rich_mei, bakery, 1000, at=moment("2026-03-20"))

    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    statement = IssuerStatement.objects.get()
    assert (statement.amount_minor, statement.own_minor, statement.away_minor, statement.fee_minor) == (1000, 1000, 0, 0)
    position = NetPosition.objects.get()
    assert (position.owed_minor, position.owes_minor, position.net_minor, position.fee_minor) == (0, 0, 0, 0)
    assert MerchantStatement.objects.get().payable_minor == 1000
    assert not NetPayment.objects.exists()


def test_a_new_fee_leaves_closed_days_alone(rich_mei: Resident, grocer: Cashier, alliance: Alliance) -> None:
    redeem(rich_mei, grocer, 400, at=moment("2026-03-20"))
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    alliance.fee_bps = 100
    alliance.save(update_fields=["fee_bps"])
    redeem(rich_mei, grocer, 400, at=moment("2026-03-21"))
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))

    fees = IssuerStatement.objects.order_by("day").values_list("fee_bps", "fee_minor")
    assert list(fees) == [(50, 2), (100, 4)]


def test_three_banks_settle_with_two_payments(zhang: Resident, east: Bank, west: Bank, alliance: Alliance, bakery: Cashier) -> None:
    south = make_bank(code="SB", name="South Bank", alliance=alliance)
    tailor = make_cashier(merchant=make_merchant(name="Tailor", acquirer=south))
    grocer = make_cashier(merchant=make_merchant(name="Grocer", acquirer=west))
    for bank, cashier, points in ((east, grocer, 300), (west, tailor, 200), (south, bakery, 150)):
        give_points(resident=zhang, bank=bank, points=points, at=moment("2026-03-02"))
        redeem(zhang, cashier, points, at=moment("2026-03-20"))

    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    assert {row.bank.code: row.net_minor for row in NetPosition.objects.all()} == {"EB": -150, "WB": 100, "SB": 50}
    paid = {(row.payer.code, row.payee.code): row.amount_minor for row in NetPayment.objects.all()}
    assert paid == {("EB", "WB"): 100, ("EB", "SB"): 50}


def test_lines_are_written_in_windows_with_the_same_result(
    rich_mei: Resident, bakery: Cashier, grocer: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "CLOSING_NUMBERS_AT_ONCE", 2)
    for minute in range(7):
        redeem(rich_mei, (bakery, grocer)[minute % 2], 10 + minute, at=moment("2026-03-20", f"10:0{minute}"))
    seen: list[tuple[int, int]] = []

    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"), moved=lambda done, total: seen.append((done, total)))

    numbers = last_sealed()
    assert seen == [(min(done, numbers), numbers) for done in range(2, numbers + 2, 2)]
    assert len(seen) > 3
    assert [line.points for line in MerchantLine.objects.order_by("number")] == list(range(10, 17))
    assert {row.merchant.name: row.points for row in MerchantStatement.objects.all()} == {"Bakery": 52, "Grocer": 39}
    assert MerchantLinePart.objects.count() == 7


def test_the_schedule_closes_the_day_that_is_over(rich_mei: Resident, bakery: Cashier) -> None:
    redeem(rich_mei, bakery, 10, at=moment("2026-03-20"))

    closed = close_yesterday(at=moment("2026-03-21", "00:30"))

    assert (closed.day, closed.closed_by) == (date(2026, 3, 20), Closer.SCHEDULE)
    assert close_yesterday(at=moment("2026-03-21", "01:30")) == closed
    assert BusinessDay.objects.count() == 1


def test_the_schedule_leaves_a_day_alone_that_was_closed_by_hand(east: Bank) -> None:
    closed = close_day(day=date(2026, 3, 21), at=moment("2026-03-21", "00:10"))

    assert close_yesterday(at=moment("2026-03-21", "00:30")) == closed
    assert BusinessDay.objects.count() == 1


def test_a_closing_that_dies_leaves_nothing(rich_mei: Resident, bakery: Cashier) -> None:
    redeem(rich_mei, bakery, 10, at=moment("2026-03-20"))

    with patch.object(NetPosition.objects, "bulk_create", side_effect=RuntimeError), pytest.raises(RuntimeError):
        close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    assert not BusinessDay.objects.exists()
    assert not MerchantLine.objects.exists()
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:40"))
    assert MerchantLine.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_redemptions(rich_mei: Resident, bakery: Cashier) -> None:
    redeem(rich_mei, bakery, 10, at=moment("2026-03-20"))
    few = _queries_of_closing(date(2026, 3, 20))
    for minute in range(40):
        redeem(rich_mei, bakery, 1, at=moment("2026-03-21", f"10:{minute:02d}"))
    many = _queries_of_closing(date(2026, 3, 21))

    assert many == few


def test_the_database_keeps_the_chain_of_days(east: Bank) -> None:
    first = close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    gap = BusinessDay(
        day=date(2026, 3, 21), previous=first, number_after=50, number_upto=90, closed_at=moment("2026-03-22"), closed_by="command"
    )
    second_first = BusinessDay(day=date(2026, 3, 22), number_after=0, number_upto=90, closed_at=moment("2026-03-23"), closed_by="command")
    backwards = BusinessDay(
        day=date(2026, 3, 19), previous=first, number_after=0, number_upto=0, closed_at=moment("2026-03-22"), closed_by="command"
    )

    for wrong, constraint in (
        (gap, "settlements_businessday_chain"),
        (second_first, "settlements_businessday_one_follows"),
        (backwards, "settlements_businessday_previous_before"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            wrong.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        "update settlements_merchantline set points = 1",
        "delete from settlements_netpayment",
        "update settlements_businessday set number_upto = 0",
        "truncate settlements_issuerline",
    ],
)
def test_the_run_time_login_changes_nothing_that_was_written(east: Bank, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def _queries_of_closing(day: date) -> int:
    with CaptureQueriesContext(connection) as queries:
        close_day(day=day, at=moment(day.isoformat(), "23:00"))
    return len(queries)
