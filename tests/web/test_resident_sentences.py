"""What residents read of each line of their history, word for word, in both languages; and of what they owe, at home."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from branches.models import Bank
from core.clock import now
from earning.cancellations import CancellationIn
from earning.services import cancel_event
from merchants.models import Cashier
from points.choices import Reason
from points.expiry import expire_due
from points.posting import Capture, Gift, Hold, Release, give, merge, post_one
from points.queries import history, terms_on
from redemptions.services import redeem, refund, undo
from residents.models import Resident
from tests.earning.world import bill, bill_rule, send
from tests.hands import Adjust, AdjustOut, adjust
from tests.redemptions.world import S10_AT, give_zhang_his_points, s10, scanned
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = "en", "zh-hans"


def page(resident: Resident, address: str, *, language: str = ENGLISH) -> str:
    """What a reader of the page reads."""
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(resident.user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))


def told(resident: Resident, reason: Reason, *, language: str = ENGLISH, wallet: UUID | None = None) -> list[str]:
    """The sentences on the page of the latest line of that reason."""
    line = next(view for view in history(wallet or resident.wallet_id) if view.reason is reason)
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(resident.user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    found = client.get(f"/history/{line.id}/").content.decode()
    section = re.search(r'aria-labelledby="happened">(.*?)</section>', found, re.DOTALL)
    return re.findall(r"<p>(.*?)</p>", section[1], re.DOTALL) if section else []


def both(resident: Resident, reason: Reason, **more: Any) -> tuple[list[str], list[str]]:
    return told(resident, reason, **more), told(resident, reason, language=CHINESE, **more)


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 400 points of East Bank."""
    give_points(resident=mei, bank=east, points=400, at=now())
    return mei


def take(resident: Resident, till: Cashier, points: int, *, at: datetime | None = None) -> str:
    at = at or now()
    return redeem(cashier=till, checkout_id=scanned(resident, till, at=at).pk, points=points, key=f"k-{points}", at=at).receipt


def cancelled(bank: Bank, event: str, *, at: datetime) -> None:
    cancel_event(bank=bank, cancellation=CancellationIn(f"c-{event}", event, at), at=at, origin="test")


def test_s24_both_lines_say_what_became_of_the_debt(mei: Resident, east: Bank, bakery: Cashier) -> None:
    bill_rule(east)
    paid, spent = moment("2026-03-05", "10:00"), moment("2026-03-10")
    send(east, bill(24520, paid=paid, event_id="s01"), at=paid)
    take(mei, bakery, 24, at=spent)
    cancelled(east, "s01", at=moment("2026-03-20"))
    owing = "24 points are owed to East Bank, because something they were given for was cancelled after they were spent."
    with time_machine.travel(moment("2026-03-20"), tick=False):
        assert owing in page(mei, "/")
        assert "您欠East Bank24分" in page(mei, "/", language=CHINESE)
        assert "−24" in page(mei, "/history/")
    next_bill = moment("2026-03-21")
    send(east, bill(60000, paid=next_bill), at=next_bill)

    taken = "The bank cancelled what gave 24 points that were spent or held: the next points of this bank pay for them."
    assert both(mei, Reason.CLAWBACK)[0] == [taken]
    assert both(mei, Reason.EARN) == (["24 paid what was owed, 36 are yours to spend."], ["其中24分偿还了欠分，36分可以使用。"])
    with time_machine.travel(next_bill, tick=False):
        lines = page(mei, "/history/")
        assert (taken in lines, "24 paid what was owed, 36 are yours to spend." in lines) == (True, True)
        assert "+60" in lines
        assert "owed to East Bank" not in page(mei, "/")


def test_a_clawback_says_what_had_given_the_points(mei: Resident, east: Bank) -> None:
    bill_rule(east)
    send(east, bill(24520, paid=now(), event_id="b"), at=now())
    cancelled(east, "b", at=now())

    line = next(view for view in history(mei.wallet_id) if view.reason is Reason.CLAWBACK)
    opened = page(mei, f"/history/{line.id}/")

    assert told(mei, Reason.CLAWBACK) == ["The bank cancelled what gave 24 points: they left your wallet."]
    assert "Why they had been given 1 point for each full ¥10: ¥245.20 gave 24 points." in opened
    assert "taken back" in opened


def test_s22_zhang_is_told_why_a_part_lives_until_november(zhang: Resident, bakery: Cashier, east: Bank, west: Bank) -> None:
    give_zhang_his_points(zhang, east=east, west=west)
    spent = s10(zhang, bakery)
    refund(cashier=bakery, receipt=spent.receipt, points=40, reason="A cake", key="late", at=moment("2026-10-05"))

    english, chinese = both(zhang, Reason.REVERSE)

    assert english == [
        "Bakery gave back 40 of the 180 points you had paid.",
        "10 points are back in your wallet, good until Nov 4, 2026.",
        "30 points are back in your wallet, good until Mar 31, 2027.",
        "10 of them had expired on Sep 30, 2026. They get time to be spent anew: until Nov 4, 2026.",
    ]
    assert chinese[0] == "Bakery退回了您支付的180分中的40分。"
    assert chinese[3] == "其中10分已于2026年9月30日过期，现重新给出使用时间：有效期至2026年11月4日。"
    assert "10 of them had expired on Sep 30, 2026." in page(zhang, "/history/")


def test_what_was_given_back_stands_on_both_lines(rich: Resident, bakery: Cashier) -> None:
    receipt = take(rich, bakery, 180)
    assert both(rich, Reason.REDEEM) == (["You paid 180 points at Bakery."], ["您在Bakery支付了180分。"])

    refund(cashier=bakery, receipt=receipt, points=50, reason="A cake", key="r", at=now())
    lines = page(rich, "/history/")
    assert "50 given back" in lines
    assert "+50" in lines
    undo(cashier=bakery, receipt=receipt, reason="All of it", key="u", at=now())
    assert told(rich, Reason.REVERSE)[0] == "Bakery gave back 130 of the 180 points you had paid."

    whole = take(rich, bakery, 30)
    undo(cashier=bakery, receipt=whole, reason="All of it", key="u2", at=now())
    assert (told(rich, Reason.REVERSE)[0], told(rich, Reason.REVERSE, language=CHINESE)[0]) == (
        "Bakery gave back all you had paid.",
        "Bakery退回了您支付的全部积分。",
    )


def hold(resident: Resident, till: Cashier, key: str) -> UUID:
    due = now() + timedelta(minutes=2)
    party = till.outlet.merchant.party_id
    held = post_one(Hold(wallet=resident.wallet_id, merchant=party, points=300, key=key, due_at=due, effective_at=now()), at=now())
    assert held.transfer_id
    return held.transfer_id


def test_a_hold_its_capture_and_its_release(rich: Resident, bakery: Cashier) -> None:
    first = hold(rich, bakery, "h1")
    assert both(rich, Reason.HOLD) == (
        ["300 points are kept for Bakery: they are paid, or they come back."],
        ["为Bakery预留了300分：要么支付，要么退回。"],
    )
    kept = page(rich, "/history/")
    assert "kept for a payment 300 points" in kept
    assert "−300" not in kept

    post_one(Capture(wallet=rich.wallet_id, follows=first, points=220, key="c1", effective_at=now()), at=now())
    assert both(rich, Reason.CAPTURE) == (
        ["You paid 220 points at Bakery.", "80 points more had been kept for it and came back."],
        ["您在Bakery支付了220分。", "另有预留的80分已退回。"],
    )

    give_points(resident=rich, bank=rich.links.get().bank, points=400, at=now())
    post_one(Release(wallet=rich.wallet_id, follows=hold(rich, bakery, "h2"), key="r2", effective_at=now()), at=now())
    assert both(rich, Reason.RELEASE)[0][0] == "What was kept for Bakery was not paid."
    assert both(rich, Reason.RELEASE)[1][0] == "为Bakery预留的积分没有支付。"


def test_points_that_expired(tom: Resident, west: Bank) -> None:
    give_points(resident=tom, bank=west, points=150, at=moment("2026-03-05"), expires_on=date(2026, 9, 30))
    expire_due(at=moment("2026-10-02"))

    assert told(tom, Reason.EXPIRE) == ["150 points were good until Sep 30, 2026 and have expired."]
    assert "Points expired" in page(tom, "/history/")


def test_a_gift_out_and_in(rich: Resident, tom: Resident) -> None:
    give(Gift(wallet=rich.wallet_id, to=tom.wallet_id, points=120, key="g", effective_at=now()), at=now())

    assert both(rich, Reason.GIFT) == (["You gave 120 points away."], ["您转赠了120分。"])
    assert both(tom, Reason.GIFT) == (["You were given 120 points."], ["您获赠了120分。"])
    assert "Points given away" in page(rich, "/history/")
    assert "Points you were given" in page(tom, "/history/")


def test_wallets_that_came_together(rich: Resident, tom: Resident) -> None:
    assert merge(wallet=rich.wallet_id, into=tom.wallet_id, key="m", at=now()).posted

    said = (["400 points moved when the points of your banks came together."], ["您各家银行的积分合到一起时，转移了400分。"])
    assert both(rich, Reason.MERGE) == said
    assert both(tom, Reason.MERGE) == said


def test_corrections_both_ways(rich: Resident, east: Bank) -> None:
    terms = terms_on(east.issuer_id, now().date())
    common: dict[str, Any] = {"wallet": rich.wallet_id, "issuer": east.issuer_id, "effective_at": now()}
    adjust(Adjust(**common, terms=terms.id, points=20, key="a1", expires_on=terms.expires_on(now().date())), at=now())
    assert both(rich, Reason.ADJUST) == (["A correction by East Bank: 20 points more."], ["East Bank更正：增加20分。"])

    adjust(AdjustOut(**common, points=1, key="a2"), at=now())
    assert both(rich, Reason.ADJUST) == (["A correction by East Bank: 1 point less."], ["East Bank更正：减少1分。"])
    assert "Correction" in page(rich, "/history/")


def test_s38_a_refund_says_that_it_paid_the_debt(mei: Resident, east: Bank, bakery: Cashier) -> None:
    bill_rule(east)
    give_points(resident=mei, bank=east, points=50, at=moment("2026-03-05"))
    send(east, bill(24520, paid=moment("2026-03-05"), event_id="s01"), at=moment("2026-03-05"))
    receipt = take(mei, bakery, 74, at=S10_AT)
    cancelled(east, "s01", at=S10_AT)
    refund(cashier=bakery, receipt=receipt, points=50, reason="A cake", key="r", at=S10_AT)

    assert told(mei, Reason.REVERSE) == [
        "Bakery gave back 50 of the 74 points you had paid.",
        "24 points pay for what this bank took back and you had spent.",
        "26 points are back in your wallet, good until Mar 31, 2027.",
    ]


def test_nothing_owed_is_not_told(rich: Resident) -> None:
    assert "owed" not in page(rich, "/")
