"""Stories S28 to S32: the morning after, in exact numbers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest

from branches.models import Bank
from merchants.models import Cashier, Merchant
from points.posting import Redeem, Reverse, post_one
from points.queries import sealed_redemptions
from residents.models import Resident
from settlements.models import (
    BusinessDay,
    IssuerLine,
    IssuerStatement,
    MerchantLine,
    MerchantLinePart,
    MerchantStatement,
    NetPayment,
    NetPosition,
)
from settlements.services import close_day
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 20)
NEXT_DAY = date(2026, 3, 21)
AFTER_DAY = moment("2026-03-21", "00:30")
AFTER_NEXT_DAY = moment("2026-03-22", "00:30")
EVERYTHING = (
    BusinessDay,
    MerchantStatement,
    MerchantLine,
    MerchantLinePart,
    IssuerStatement,
    IssuerLine,
    NetPosition,
    NetPayment,
)


@pytest.fixture
def s10(zhang: Resident, bakery: Cashier, east: Bank, west: Bank) -> UUID:
    """S10: Zhang holds WB 150 and EB 100, and spends 180 at Bakery. The transfer's id."""
    earned = moment("2026-03-02")
    give_points(resident=zhang, bank=west, points=150, at=earned)
    give_points(resident=zhang, bank=east, points=100, at=earned)
    return spend(zhang, bakery, 180, at=moment("2026-03-20", "12:00"))


@pytest.fixture
def mei_at_grocer(mei: Resident, grocer: Cashier, east: Bank) -> UUID:
    """Mei spent 400 EB points at Grocer. The transfer's id."""
    give_points(resident=mei, bank=east, points=400, at=moment("2026-03-02"))
    return spend(mei, grocer, 400, at=moment("2026-03-20", "18:00"))


def spend(resident: Resident, cashier: Cashier, points: int, *, at: datetime) -> UUID:
    party = cashier.outlet.merchant.party_id
    command = Redeem(wallet=resident.wallet_id, merchant=party, points=points, key=f"{at.isoformat()}-{points}", effective_at=at)
    result = post_one(command, at=at)
    assert result.posted
    assert result.transfer_id
    return result.transfer_id


def give_back(resident: Resident, transfer: UUID, *, points: int | None, at: datetime) -> UUID:
    command = Reverse(wallet=resident.wallet_id, follows=transfer, points=points, key=f"{at.isoformat()}-{points}", effective_at=at)
    result = post_one(command, at=at)
    assert result.posted
    assert result.transfer_id
    return result.transfer_id


def statement_of(merchant: Merchant, day: date) -> tuple[int, int, int, int, int]:
    statement = MerchantStatement.objects.get(merchant=merchant, day=day)
    return (
        statement.points,
        statement.amount_minor,
        statement.carried_in_minor,
        statement.payable_minor,
        statement.carried_out_minor,
    )


def parts_of(line: MerchantLine) -> dict[str, tuple[int, int]]:
    return {part.issuer.code: (part.points, part.amount_minor) for part in line.parts.select_related("issuer")}


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in EVERYTHING}


def test_s28_merchants_get_a_line_for_each_redemption(s10: UUID, mei_at_grocer: UUID, bakery: Cashier, grocer: Cashier) -> None:
    close_day(day=DAY, at=AFTER_DAY)

    assert statement_of(bakery.outlet.merchant, DAY) == (180, 180, 0, 180, 0)
    [line] = MerchantLine.objects.filter(statement__merchant=bakery.outlet.merchant)
    assert (line.transfer_id, line.reason, line.points, line.amount_minor) == (s10, "redeem", 180, 180)
    assert line.effective_at == moment("2026-03-20", "12:00")
    assert parts_of(line) == {"WB": (150, 150), "EB": (30, 30)}

    assert statement_of(grocer.outlet.merchant, DAY) == (400, 400, 0, 400, 0)
    [line] = MerchantLine.objects.filter(statement__merchant=grocer.outlet.merchant)
    assert (line.transfer_id, line.points) == (mei_at_grocer, 400)
    assert parts_of(line) == {"EB": (400, 400)}
    assert MerchantStatement.objects.count() == 2


def test_s29_issuers_owe_for_their_points_and_a_fee_away_from_home(
    s10: UUID, mei_at_grocer: UUID, east: Bank, west: Bank, bakery: Cashier, grocer: Cashier
) -> None:
    close_day(day=DAY, at=AFTER_DAY)

    of_west = IssuerStatement.objects.get(bank=west, day=DAY)
    assert (of_west.points, of_west.amount_minor, of_west.own_minor, of_west.away_minor) == (150, 150, 0, 150)
    assert (of_west.fee_bps, of_west.fee_minor) == (50, 1)  # 0.75 fen, half up
    assert list(of_west.lines.values_list("merchant", "points")) == [(bakery.outlet.merchant.pk, 150)]

    of_east = IssuerStatement.objects.get(bank=east, day=DAY)
    assert (of_east.points, of_east.amount_minor, of_east.own_minor, of_east.away_minor) == (430, 430, 30, 400)
    assert of_east.fee_minor == 2  # of 4.00 at Grocer; nothing for 0.30 at its own merchant
    assert dict(of_east.lines.values_list("merchant", "points")) == {bakery.outlet.merchant.pk: 30, grocer.outlet.merchant.pk: 400}
    assert IssuerStatement.objects.count() == 2


def test_s30_banks_settle_with_one_payment(
    s10: UUID, mei_at_grocer: UUID, east: Bank, west: Bank, bakery: Cashier, grocer: Cashier
) -> None:
    close_day(day=DAY, at=AFTER_DAY)

    positions = {row.bank.code: (row.owed_minor, row.owes_minor, row.net_minor, row.fee_minor) for row in NetPosition.objects.all()}
    assert positions == {"EB": (150, 400, -250, 2), "WB": (400, 150, 250, 1)}
    [payment] = NetPayment.objects.all()
    assert (payment.payer, payment.payee, payment.amount_minor) == (east, west, 250)

    assert MerchantStatement.objects.get(merchant=bakery.outlet.merchant).acquirer == east
    assert MerchantStatement.objects.get(merchant=grocer.outlet.merchant).acquirer == west
    cash = {
        "EB": -180 - 250 - 2,  # pays Bakery, pays West Bank, its fee
        "WB": -400 + 250 - 1,  # pays Grocer, is paid by East Bank, its fee
        "Bakery": 180,
        "Grocer": 400,
        "alliance": sum(row.fee_minor for row in IssuerStatement.objects.all()),
    }
    assert cash["alliance"] == 3
    assert sum(cash.values()) == 0


def test_s31_the_next_days_refund_is_carried_forward(
    s10: UUID, mei_at_grocer: UUID, zhang: Resident, east: Bank, west: Bank, bakery: Cashier, grocer: Cashier
) -> None:
    close_day(day=DAY, at=AFTER_DAY)
    give_back(zhang, s10, points=50, at=moment("2026-03-21", "15:00"))

    close_day(day=NEXT_DAY, at=AFTER_NEXT_DAY)

    assert statement_of(bakery.outlet.merchant, NEXT_DAY) == (-50, -50, 0, 0, -50)
    [line] = MerchantLine.objects.filter(statement__day=NEXT_DAY)
    assert (line.reason, line.points) == ("reverse", -50)
    assert parts_of(line) == {"WB": (-20, -20), "EB": (-30, -30)}
    of_west = IssuerStatement.objects.get(bank=west, day=NEXT_DAY)
    assert (of_west.amount_minor, of_west.away_minor, of_west.fee_minor) == (-20, -20, 0)  # -0.1 fen, half up
    [payment] = NetPayment.objects.filter(day=NEXT_DAY)
    assert (payment.payer, payment.payee, payment.amount_minor) == (east, west, 20)
    assert not MerchantStatement.objects.filter(day=NEXT_DAY, merchant=grocer.outlet.merchant).exists()


def test_s31_what_was_carried_is_taken_from_the_next_payment(s10: UUID, zhang: Resident, bakery: Cashier) -> None:
    merchant = bakery.outlet.merchant
    close_day(day=DAY, at=AFTER_DAY)
    give_back(zhang, s10, points=50, at=moment("2026-03-21", "15:00"))
    close_day(day=NEXT_DAY, at=AFTER_NEXT_DAY)
    close_day(day=date(2026, 3, 22), at=moment("2026-03-23", "00:30"))  # an empty day between keeps the debt

    spend(zhang, bakery, 40, at=moment("2026-03-23", "09:00"))
    close_day(day=date(2026, 3, 23), at=moment("2026-03-24", "00:30"))
    assert statement_of(merchant, date(2026, 3, 23)) == (40, 40, -50, 0, -10)

    spend(zhang, bakery, 30, at=moment("2026-03-24", "09:00"))
    close_day(day=date(2026, 3, 24), at=moment("2026-03-25", "00:30"))
    assert statement_of(merchant, date(2026, 3, 24)) == (30, 30, -10, 20, 0)

    give_back(zhang, s10, points=None, at=moment("2026-03-25", "09:00"))
    close_day(day=date(2026, 3, 25), at=moment("2026-03-26", "00:30"))
    assert statement_of(merchant, date(2026, 3, 25)) == (-130, -130, 0, 0, -130)


def test_s32_closing_twice_changes_nothing(s10: UUID, mei_at_grocer: UUID, zhang: Resident, bakery: Cashier) -> None:
    first = close_day(day=DAY, at=AFTER_DAY)
    before = counts()
    spend(zhang, bakery, 70, at=moment("2026-03-21", "09:00"))

    again = close_day(day=DAY, at=moment("2026-03-21", "10:00"))

    assert again == first
    assert (again.number_upto, again.closed_at) == (first.number_upto, AFTER_DAY)
    assert counts() == before


def test_s32_what_is_sealed_late_is_on_the_next_statement_with_its_own_date(
    s10: UUID, zhang: Resident, bakery: Cashier, east: Bank
) -> None:
    closed = close_day(day=DAY, at=AFTER_DAY)
    late = spend(zhang, bakery, 70, at=moment("2026-03-20", "23:50"))

    close_day(day=NEXT_DAY, at=AFTER_NEXT_DAY)

    [line] = MerchantLine.objects.filter(statement__day=NEXT_DAY)
    assert (line.transfer_id, line.points) == (late, 70)
    assert line.effective_at == moment("2026-03-20", "23:50")
    assert line.number > closed.number_upto
    assert statement_of(bakery.outlet.merchant, DAY) == (180, 180, 0, 180, 0)
    assert statement_of(bakery.outlet.merchant, NEXT_DAY) == (70, 70, 0, 70, 0)
    every_part = [part.number for part in sealed_redemptions(after=0, upto=line.number)]
    assert sorted(set(every_part)) == sorted(MerchantLine.objects.values_list("number", flat=True))
