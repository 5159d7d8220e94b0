"""Holds, refunds, clawbacks, expiry, gifts: the stories of points that don't just come and go."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from uuid import UUID

import pytest

from branches.models import Bank
from core.clock import day_starts
from merchants.models import Cashier
from points.errors import MoreThanIsLeft
from points.expiry import expire_due
from points.models import Account, Posting, Transfer
from points.parties import add_terms
from points.posting import Capture, Earn, Gift, Hold, Redeem, Release, Result, Reverse, give, post_one
from points.queries import lots, spendable, terms_of_issuer, version_on
from residents.models import Resident
from tests.hands import Clawback, claw_back
from tests.threads import at_once
from tests.world import moment

pytestmark = pytest.mark.django_db

SEPTEMBER = date(2026, 9, 30)
MARCH = date(2027, 3, 31)
PAID = moment("2026-03-05")
S10_AT = moment("2026-03-20")
OCTOBER = day_starts(date(2026, 10, 1))


def earn(resident: Resident, bank: Bank, points: int, *, key: str = "earn", paid: datetime = PAID) -> UUID:
    terms = version_on(terms_of_issuer(bank.issuer_id), paid.date())
    result = post_one(
        Earn(
            wallet=resident.wallet_id,
            issuer=bank.issuer_id,
            terms=terms.id,
            points=points,
            key=key,
            expires_on=terms.expires_on(paid.date()),
            effective_at=paid,
        ),
        at=paid,
    )
    assert result.posted
    assert result.transfer_id is not None
    return result.transfer_id


def spend(resident: Resident, till: Cashier, points: int, *, at: datetime = S10_AT, key: str = "spend") -> UUID:
    merchant = till.outlet.merchant.party_id
    result = post_one(Redeem(wallet=resident.wallet_id, merchant=merchant, points=points, key=key, effective_at=at), at=at)
    assert result.transfer_id is not None
    return result.transfer_id


def hold(resident: Resident, till: Cashier, points: int, *, at: datetime, due: datetime) -> UUID:
    merchant = till.outlet.merchant.party_id
    result = post_one(Hold(wallet=resident.wallet_id, merchant=merchant, points=points, key="hold", due_at=due, effective_at=at), at=at)
    assert result.transfer_id is not None
    return result.transfer_id


def refund(resident: Resident, spent: UUID, points: int, *, key: str, at: datetime = S10_AT) -> Result:
    return post_one(Reverse(wallet=resident.wallet_id, follows=spent, points=points, key=key, effective_at=at), at=at)


def cancel(resident: Resident, earned: UUID, *, at: datetime = S10_AT) -> Result:
    return claw_back([Clawback(wallet=resident.wallet_id, follows=earned, key="cancel", effective_at=at)], at=at)[0]


def holdings(resident: Resident) -> list[tuple[int, date]]:
    return [(lot.points, lot.expires_on) for lot in lots(resident.wallet_id)]


def arrears(resident: Resident) -> int:
    return sum(Account.objects.filter(party_id=resident.wallet_id, kind="arrears").values_list("balance", flat=True))


def postings(transfer: UUID) -> list[tuple[str, str, int]]:
    rows = Posting.objects.filter(transfer_id=transfer).order_by("number")
    return [(row.source_kind, row.target_kind, row.points) for row in rows]


@pytest.fixture
def s10(zhang: Resident, east: Bank, west: Bank, bakery: Cashier) -> UUID:
    """Zhang holds WB 150 and EB 100, and spends 180 at Bakery: WB 150, EB 30."""
    earn(zhang, west, 150, key="west")
    earn(zhang, east, 100, key="east")
    spent = spend(zhang, bakery, 180)
    assert holdings(zhang) == [(70, MARCH)]
    return spent


def test_s08_terms_do_not_reach_back(mei: Resident, east: Bank) -> None:
    earn(mei, east, 24)
    add_terms(issuer=east.issuer_id, months=6, grace_days=30, starts_on=date(2026, 4, 1), at=moment("2026-03-25"))
    earn(mei, east, 10, key="april", paid=moment("2026-04-05"))

    assert holdings(mei) == [(10, date(2026, 10, 31)), (24, MARCH)]


def test_s18_part_capture(zhang: Resident, east: Bank, west: Bank, bakery: Cashier) -> None:
    earn(zhang, west, 150, key="west")
    earn(zhang, east, 200, key="east")
    held = hold(zhang, bakery, 300, at=S10_AT, due=moment("2026-03-20", "12:02"))
    assert holdings(zhang) == [(50, MARCH)]

    captured = post_one(Capture(wallet=zhang.wallet_id, follows=held, points=220, key="capture", effective_at=S10_AT), at=S10_AT)

    assert captured.posted
    assert holdings(zhang) == [(130, MARCH)]  # 80 came back, to the lot that expires last


def test_s21_in_parts(zhang: Resident, s10: UUID) -> None:
    assert refund(zhang, s10, 50, key="first").posted
    assert holdings(zhang) == [(20, SEPTEMBER), (100, MARCH)]

    too_much = refund(zhang, s10, 140, key="second")
    assert isinstance(too_much.error, MoreThanIsLeft)
    assert too_much.available == 130
    assert holdings(zhang) == [(20, SEPTEMBER), (100, MARCH)]

    assert refund(zhang, s10, 130, key="third").posted
    assert holdings(zhang) == [(150, SEPTEMBER), (100, MARCH)]


def test_s22_after_expiry(zhang: Resident, s10: UUID) -> None:
    assert refund(zhang, s10, 40, key="late", at=moment("2026-10-05")).posted

    assert holdings(zhang) == [(10, date(2026, 11, 4)), (100, MARCH)]


def test_s23_clawback_unspent(mei: Resident, east: Bank) -> None:
    earned = earn(mei, east, 24)

    assert cancel(mei, earned).posted

    assert holdings(mei) == []
    assert arrears(mei) == 0


def test_s24_clawback_spent(mei: Resident, east: Bank, bakery: Cashier) -> None:
    earned = earn(mei, east, 24)
    spend(mei, bakery, 24)

    assert cancel(mei, earned).posted
    assert (arrears(mei), spendable(mei.wallet_id, at=S10_AT)) == (24, 0)

    bill = earn(mei, east, 60, key="next bill", paid=moment("2026-03-21"))
    assert (arrears(mei), spendable(mei.wallet_id, at=moment("2026-03-21"))) == (0, 36)
    assert postings(bill) == [("issuance", "arrears", 24), ("issuance", "lot", 36)]


def test_s25_expiry(tom: Resident, west: Bank) -> None:
    earn(tom, west, 150)
    before = datetime(2026, 9, 30, 23, 59, 59, tzinfo=S10_AT.tzinfo)
    assert (spendable(tom.wallet_id, at=before), spendable(tom.wallet_id, at=OCTOBER)) == (150, 0)

    assert expire_due(at=before) == 0
    assert expire_due(at=moment("2026-10-04")) == 1  # three days late
    assert expire_due(at=moment("2026-10-04")) == 0

    swept = Transfer.objects.get(party_id=tom.wallet_id, reason="expire")
    assert swept.effective_at == OCTOBER
    assert postings(swept.id) == [("lot", "breakage", 150)]
    assert holdings(tom) == []


def test_s26_gift(zhang: Resident, mei: Resident, east: Bank, west: Bank) -> None:
    earn(zhang, west, 150, key="west")
    earn(zhang, east, 100, key="east")

    assert give(Gift(wallet=zhang.wallet_id, to=mei.wallet_id, points=120, key="gift", effective_at=S10_AT), at=S10_AT).posted

    assert holdings(zhang) == [(30, SEPTEMBER), (100, MARCH)]
    assert [(lot.points, lot.expires_on, lot.issuer_id) for lot in lots(mei.wallet_id)] == [(120, SEPTEMBER, west.issuer_id)]


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_s26_twenty_gifts_at_once(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(zhang, east, 100)

    def gift(number: int) -> Result:
        return give(Gift(wallet=zhang.wallet_id, to=mei.wallet_id, points=100, key=f"gift-{number}", effective_at=S10_AT), at=S10_AT)

    answers = at_once(gift, range(20))

    assert Counter(answer.outcome.value for answer in answers) == {"posted": 1, "insufficient_points": 19}
    assert (holdings(zhang), holdings(mei)) == ([], [(100, MARCH)])


def test_s27_a_hold_outlives_its_lot(tom: Resident, west: Bank, bakery: Cashier) -> None:
    earn(tom, west, 150)
    at = datetime(2026, 9, 30, 23, 59, 30, tzinfo=S10_AT.tzinfo)
    released_at = datetime(2026, 10, 1, 0, 1, 30, tzinfo=S10_AT.tzinfo)
    held = hold(tom, bakery, 150, at=at, due=released_at)

    released = post_one(Release(wallet=tom.wallet_id, follows=held, key="release", effective_at=released_at), at=released_at)

    assert released.transfer_id is not None
    assert postings(released.transfer_id) == [("hold", "breakage", 150)]
    assert holdings(tom) == []


def test_s37_clawback_of_expired_points(tom: Resident, west: Bank) -> None:
    earned = earn(tom, west, 150)
    expire_due(at=OCTOBER)

    cancelled = cancel(tom, earned, at=moment("2026-10-02"))

    assert cancelled.transfer_id is not None
    assert postings(cancelled.transfer_id) == [("breakage", "issuance", 150)]
    assert arrears(tom) == 0


def test_s38_a_refund_cannot_dodge_a_debt(mei: Resident, east: Bank, bakery: Cashier) -> None:
    earn(mei, east, 50, key="older")
    earned = earn(mei, east, 24)
    spent = spend(mei, bakery, 74)
    cancel(mei, earned)
    assert arrears(mei) == 24

    assert refund(mei, spent, 50, key="refund").posted

    assert arrears(mei) == 0
    assert holdings(mei) == [(26, MARCH)]
