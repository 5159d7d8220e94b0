"""Stories S01 to S07: earning, in exact numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client as Browser
from django.utils.translation import override

from branches.models import Bank
from community.wiring import HANDLERS
from core.outbox.models import OutboxEvent
from core.outbox.services import deliver_due
from core.rows import Row
from earning.choices import EventAnswer, EventStatus
from earning.explanations import sentence
from earning.models import Event, EventConflict
from earning.queries import why_transfer
from earning.services import EventOutcome, post_waiting
from openapi.scopes import SCOPES
from points.queries import lots, spendable, transfer
from residents.models import Resident
from residents.services import import_residents
from tests.earning.world import bill, bill_rule, cloud_event, everything, send, transfer_rule
from tests.openapi.world import Partner, ask_token, make_partner, one_outcome
from tests.world import moment

pytestmark = pytest.mark.django_db

S01_PAID = moment("2026-03-05", "10:00")


@pytest.fixture
def r1(east: Bank) -> None:
    bill_rule(east)


def s01(east: Bank) -> EventOutcome:
    """Mei pays 245.20 yuan."""
    return send(east, bill(24520, paid=S01_PAID, event_id="s01"), at=S01_PAID)


def s02(east: Bank) -> EventOutcome:
    """Mei pays 5,000.00 yuan."""
    paid = moment("2026-03-05", "11:00")
    return send(east, bill(500000, paid=paid, event_id="s02"), at=paid)


def test_s01_a_bill_earns(r1: None, east: Bank, mei: Resident) -> None:
    outcome = s01(east)

    assert (outcome.answer, outcome.points) == (EventAnswer.POSTED, 24)
    assert [(lot.issuer_id, lot.points, lot.expires_on) for lot in lots(mei.wallet_id)] == [(east.issuer_id, 24, date(2027, 3, 31))]
    (reason,) = outcome.reasons
    assert reason.sentence_en == "1 point for each full ¥10: ¥245.20 gave 24 points."
    assert reason.sentence_zh == "每满10元得1分：245.20元得24分。"
    assert why_transfer(outcome.transfers[0]) == reason


def test_s02_the_cap_per_event_bites(r1: None, east: Bank, mei: Resident) -> None:
    outcome = s02(east)

    (reason,) = outcome.reasons
    assert (reason.counted, reason.points, reason.capped_by, reason.event_cap) == (500, 200, "event_cap", 200)
    assert reason.sentence_en == "1 point for each full ¥10: ¥5,000.00 would give 500 points, but at most 200 are given each time."
    assert reason.sentence_zh == "每满10元得1分：5,000.00元应得500分，但每次最多得200分。"
    assert spendable(mei.wallet_id, at=S01_PAID) == 200


def test_s03_the_cap_per_day_bites(r1: None, east: Bank, mei: Resident) -> None:
    s01(east)
    s02(east)
    paid = moment("2026-03-05", "12:00")

    outcome = send(east, bill(120000, paid=paid), at=paid)

    (reason,) = outcome.reasons
    assert (reason.counted, reason.points, reason.capped_by, reason.day_left, reason.day_cap) == (120, 76, "day_cap", 76, 300)
    assert reason.sentence_en == (
        "1 point for each full ¥10: ¥1,200.00 would give 120 points, but at most 300 are given a day; 76 of them were left."
    )
    assert reason.sentence_zh == "每满10元得1分：1,200.00元应得120分，但每天最多得300分，当天只剩76分。"
    assert spendable(mei.wallet_id, at=paid) == 300


def test_why_not_is_answered_when_the_day_is_used_up(r1: None, east: Bank, mei: Resident) -> None:
    for hour in ("10", "11"):
        send(east, bill(500000, paid=moment("2026-03-05", f"{hour}:00")), at=S01_PAID.replace(hour=12))

    outcome = send(east, bill(1000, paid=moment("2026-03-05", "12:00")), at=S01_PAID.replace(hour=12))

    assert (outcome.answer, outcome.points, outcome.transfers) == (EventAnswer.NOTHING_EARNED, 0, ())
    with override("en"):
        assert sentence(outcome.reasons[0]) == (
            "1 point for each full ¥10: ¥10.00 would give 1 point, but at most 300 are given a day; none of them was left."
        )
    assert Event.objects.filter(status=EventStatus.NOTHING_EARNED).count() == 1


def test_s04_the_same_event_again_moves_nothing(r1: None, east: Bank, mei: Resident) -> None:
    first = s01(east)
    before = everything()

    again = s01(east)

    assert (again.answer, again.transfers, again.points) == (EventAnswer.DUPLICATE, first.transfers, 24)
    assert everything() == before

    other = send(east, bill(24530, paid=S01_PAID, event_id="s01"), at=moment("2026-03-06"))

    assert (other.answer, other.transfers, other.points) == (EventAnswer.CONFLICT, (), 0)
    assert everything() == {**before, "EventConflict": 1}
    seen = EventConflict.objects.get()
    assert (seen.event.event_id, seen.amount_minor, seen.event.amount_minor) == ("s01", 24530, 24520)


def test_s05_a_late_bill_counts_against_its_own_day(r1: None, east: Bank, mei: Resident) -> None:
    s01(east)
    s02(east)
    received = moment("2026-03-05", "12:00")

    outcome = send(east, bill(10000, paid=moment("2026-02-27", "09:00")), at=received)

    (reason,) = outcome.reasons
    assert (reason.points, reason.day_left) == (10, 300)
    fact = transfer(outcome.transfers[0])
    assert fact is not None
    assert (fact.effective_at, fact.recorded_at) == (moment("2026-02-27", "09:00"), received)
    assert [(lot.points, lot.expires_on) for lot in lots(mei.wallet_id)] == [(10, date(2027, 2, 28)), (224, date(2027, 3, 31))]


def test_s06_an_event_waits_for_its_customer(r1: None, east: Bank) -> None:
    waiting = send(east, bill(24520, paid=S01_PAID, customer="1999", event_id="s06"), at=S01_PAID)
    assert (waiting.answer, waiting.transfers) == (EventAnswer.WAITING, ())

    imported = moment("2026-03-10", "09:00")
    import_residents(bank=east, rows=[Row(line=1, end=1, fields={"customer": "1999"})], at=imported)
    news = OutboxEvent.objects.get(topic="residents.joined")
    post_waiting(**news.payload, at=imported)

    again = send(east, bill(24520, paid=S01_PAID, customer="1999", event_id="s06"), at=imported)
    assert (again.answer, again.status, again.points) == (EventAnswer.DUPLICATE, EventStatus.POSTED, 24)
    fact = transfer(again.transfers[0])
    assert fact is not None
    assert (fact.points, fact.effective_at, fact.recorded_at) == (24, S01_PAID, imported)
    assert spendable(Resident.objects.get().wallet_id, at=imported) == 24


def test_s07_points_wait_for_their_day_without_any_job(west: Bank, tom: Resident) -> None:
    transfer_rule(west)
    sent = moment("2026-03-06", "15:00")
    event = bill(1_000_000, paid=sent.astimezone(UTC), customer="2001")._replace(type="transfer.sent")

    outcome = send(west, event, at=sent)

    (reason,) = outcome.reasons
    assert (reason.counted, reason.points) == (300, 150)
    (lot,) = lots(tom.wallet_id)
    assert (lot.points, lot.available_on, lot.expires_on) == (150, date(2026, 3, 13), date(2026, 9, 30))
    assert spendable(tom.wallet_id, at=moment("2026-03-12", "23:59:59")) == 0
    assert spendable(tom.wallet_id, at=moment("2026-03-13", "00:00:00")) == 150


# The same over HTTP


@pytest.fixture
def core(east: Bank) -> Partner:
    """East Bank's core system, with a token that is good on the stories' days."""
    return make_partner(bank=east, scopes=SCOPES, browser=Browser())


def tell(core: Partner, at: datetime, **changes: Any) -> dict[str, Any]:
    """Send a bill at that moment, over HTTP; S01's unless told otherwise."""
    with time_machine.travel(at, tick=False):
        signed_in = replace(core, token=ask_token(core.browser, core.made).json()["access_token"])
        return one_outcome(signed_in.send(cloud_event(**changes)))


def test_s01_over_http(r1: None, core: Partner, mei: Resident) -> None:
    outcome = tell(core, S01_PAID)

    assert (outcome["outcome"], outcome["points"]) == ("posted", 24)
    (why,) = outcome["why"]
    assert why["en"] == "1 point for each full ¥10: ¥245.20 gave 24 points."
    assert why["zh"] == "每满10元得1分：245.20元得24分。"
    assert [(lot.points, lot.expires_on) for lot in lots(mei.wallet_id)] == [(24, date(2027, 3, 31))]


def test_s02_and_s03_over_http(r1: None, core: Partner, mei: Resident) -> None:
    tell(core, S01_PAID)
    second = tell(core, S01_PAID.replace(hour=11), id="bill-2", time="2026-03-05T11:00:00+08:00", data={"amount_minor": 500000})
    third = tell(core, S01_PAID.replace(hour=12), id="bill-3", time="2026-03-05T12:00:00+08:00", data={"amount_minor": 120000})

    assert (second["points"], second["why"][0]["counted"], second["why"][0]["capped_by"]) == (200, 500, "event_cap")
    assert "would give 500 points, but at most 200 are given each time" in second["why"][0]["en"]
    assert (third["points"], third["why"][0]["counted"], third["why"][0]["capped_by"]) == (76, 120, "day_cap")
    assert "would give 120 points, but at most 300 are given a day; 76 of them were left" in third["why"][0]["en"]
    assert spendable(mei.wallet_id, at=S01_PAID) == 300


def test_s04_over_http(r1: None, core: Partner, mei: Resident) -> None:
    first = tell(core, S01_PAID)
    before = everything()

    again = tell(core, moment("2026-03-06"))
    other = tell(core, moment("2026-03-06"), data={"amount_minor": 24530})

    assert (again["outcome"], again["transfers"]) == ("duplicate", first["transfers"])
    assert (other["outcome"], other["transfers"], other["points"]) == ("conflict", [], 0)
    assert everything() == {**before, "EventConflict": 1}


def test_s06_over_http(r1: None, core: Partner, east: Bank) -> None:
    waiting = tell(core, S01_PAID, subject="1999")
    imported = moment("2026-03-10", "09:00")
    with time_machine.travel(imported, tick=False):
        import_residents(bank=east, rows=[Row(line=1, end=1, fields={"customer": "1999"})], at=imported)
        deliver_due(HANDLERS, at=imported)
        signed_in = replace(core, token=ask_token(core.browser, core.made).json()["access_token"])
        became = signed_in.get("bill-1").json()

    assert (waiting["outcome"], waiting["points"]) == ("waiting", 0)
    assert (became["outcome"], became["points"]) == ("posted", 24)
    fact = transfer(UUID(became["transfers"][0]))
    assert fact is not None
    assert (fact.effective_at, fact.recorded_at) == (S01_PAID, imported)


def test_s07_over_http(west: Bank, tom: Resident) -> None:
    transfer_rule(west)
    sent = moment("2026-03-06", "15:00")
    core = make_partner(bank=west, scopes=SCOPES, browser=Browser())

    outcome = tell(core, sent, type="transfer.sent", subject="2001", time="2026-03-06T15:00:00+08:00", data={"amount_minor": 1_000_000})

    assert (outcome["points"], outcome["why"][0]["counted"]) == (150, 300)
    assert tom.user is not None
    seen = Browser()
    for at, points in ((moment("2026-03-12", "23:59:59"), 0), (moment("2026-03-13", "00:00:00"), 150)):
        with time_machine.travel(at, tick=False):
            seen.force_login(tom.user)
            assert seen.get("/resident/points").json()["spendable"] == points
