"""Rules: versions by the event's day, frozen once used, several for one type."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from branches.models import Bank
from earning.choices import EventAnswer, RuleKind
from earning.models import Rule, RuleVersion
from earning.services import activate_version, add_version, change_rule, change_version, make_rule
from earning.services.rules import RuleCodeTaken, RuleInvalid, RuleNeedsCap, RuleReachesBack, RuleVersionFrozen, VersionTerms
from points.queries import lots, spendable
from residents.models import Resident
from tests.earning.world import RULES_START, bill, bill_rule, make_active_rule, send, signin_rule
from tests.world import moment, somebody

pytestmark = pytest.mark.django_db

AT = moment("2026-03-05", "12:00")
TODAY = date(2026, 3, 5)
TOMORROW = TODAY + timedelta(days=1)
DOUBLE = VersionTerms(kind=RuleKind.PER_AMOUNT, points=2, per_minor=1000, starts_on=TOMORROW)


def test_an_event_is_decided_by_the_version_of_its_own_day(east: Bank, mei: Resident) -> None:
    first = bill_rule(east)
    activate_version(actor=somebody(), version=add_version(actor=somebody(), rule=first.rule, terms=DOUBLE, at=AT), at=AT)

    late = send(east, bill(10000, paid=AT), at=moment("2026-03-08"))
    new = send(east, bill(10000, paid=moment("2026-03-06")), at=moment("2026-03-08"))

    assert [(outcome.points, outcome.reasons[0].version) for outcome in (late, new)] == [(10, 1), (20, 2)]


def test_a_draft_decides_nothing(east: Bank, mei: Resident) -> None:
    first = bill_rule(east)
    add_version(actor=somebody(), rule=first.rule, terms=DOUBLE, at=AT)

    outcome = send(east, bill(10000, paid=moment("2026-03-06")), at=moment("2026-03-06"))

    assert (outcome.points, outcome.reasons[0].version) == (10, 1)


def test_a_day_no_version_covers_earns_nothing_and_the_event_is_kept(east: Bank, mei: Resident) -> None:
    terms = VersionTerms(kind=RuleKind.FIXED, points=5, starts_on=TODAY, ends_on=TODAY)
    make_active_rule(bank=east, code="ONE-DAY", event_type="bill.paid", terms=terms)

    before, on, after = (
        send(east, bill(1000, paid=moment(day)), at=moment("2026-03-07")) for day in ("2026-03-04", "2026-03-05", "2026-03-06")
    )

    assert [outcome.answer for outcome in (before, on, after)] == [EventAnswer.NO_RULE, EventAnswer.POSTED, EventAnswer.NO_RULE]
    assert spendable(mei.wallet_id, at=moment("2026-03-07")) == 5


def test_a_rule_ends_after_its_last_day(east: Bank, mei: Resident) -> None:
    version = bill_rule(east)
    change_rule(actor=somebody(), rule=version.rule, name_en="", last_day=TODAY, at=AT)

    assert send(east, bill(10000, paid=AT), at=moment("2026-03-07")).points == 10
    assert send(east, bill(10000, paid=moment("2026-03-06")), at=moment("2026-03-07")).answer is EventAnswer.NO_RULE
    with pytest.raises(RuleReachesBack):
        change_rule(actor=somebody(), rule=version.rule, name_en="Bills", last_day=TODAY - timedelta(days=1), at=AT)
    version.rule.refresh_from_db()
    assert (version.rule.last_day, version.rule.name_en) == (TODAY, "")


def test_a_rule_that_ended_long_ago_is_still_named_in_english(east: Bank) -> None:
    rule = bill_rule(east).rule
    change_rule(actor=somebody(), rule=rule, name_en="", last_day=TODAY, at=AT)

    for last_day in (TODAY, None):
        changed = change_rule(actor=somebody(), rule=rule, name_en="Bills", last_day=last_day, at=moment("2026-09-01"))
        assert (changed.name_en, changed.last_day) == ("Bills", TODAY)


def test_each_rule_of_a_type_gives_its_own_transfer(east: Bank, mei: Resident) -> None:
    bill_rule(east)
    fixed = VersionTerms(kind=RuleKind.FIXED, points=7, starts_on=RULES_START, delay_days=3)
    make_active_rule(bank=east, code="WELCOME", event_type="bill.paid", terms=fixed)

    outcome = send(east, bill(24520, paid=AT), at=AT)

    assert [(reason.rule_code, reason.points) for reason in outcome.reasons] == [("R1", 24), ("WELCOME", 7)]
    assert len(set(outcome.transfers)) == 2
    assert sorted((lot.points, lot.available_on) for lot in lots(mei.wallet_id)) == [(7, date(2026, 3, 8)), (24, None)]
    assert send(east, bill(24520, paid=AT, event_id=outcome.event_id), at=AT).transfers == outcome.transfers


def test_fixed_points_come_once_a_day(east: Bank, mei: Resident) -> None:
    signin_rule(east)
    signin = bill(1, paid=AT)._replace(type="app.signin", amount_minor=None, currency="")

    first, second = (send(east, signin._replace(event_id=name), at=AT) for name in ("a", "b"))
    next_day = send(east, signin._replace(event_id="c", occurred_at=moment("2026-03-06")), at=moment("2026-03-06"))

    assert [outcome.points for outcome in (first, second, next_day)] == [5, 0, 5]
    assert first.reasons[0].sentence_en == "5 points each time: this gave 5 points."
    assert second.reasons[0].sentence_en == "5 points each time: this gave 0 points. At most 5 are given a day; none of them was left."


def test_both_caps_are_told(east: Bank, mei: Resident) -> None:
    bill_rule(east)
    send(east, bill(200_000, paid=AT), at=AT)

    outcome = send(east, bill(500_000, paid=AT), at=AT)

    assert outcome.points == 100
    assert outcome.reasons[0].sentence_en.endswith(
        "would give 500 points, but at most 200 are given each time and 300 a day; 100 of them were left."
    )


def test_a_used_version_is_frozen(east: Bank, mei: Resident) -> None:
    version = bill_rule(east)
    changed = change_version(actor=somebody(), version=version, terms=replace(DOUBLE, starts_on=RULES_START))
    assert changed.activated_at is None
    activate_version(actor=somebody(), version=changed, at=AT)
    assert send(east, bill(10000, paid=AT), at=AT).points == 20

    with pytest.raises(RuleVersionFrozen):
        change_version(actor=somebody(), version=version, terms=DOUBLE)

    version.refresh_from_db()
    assert (version.points, version.first_used_at) == (2, AT)


@pytest.mark.parametrize("write", ["update", "delete"])
@pytest.mark.django_db(databases=["default", "owner"])
def test_the_database_keeps_a_used_version_too(east: Bank, mei: Resident, write: str) -> None:
    version = bill_rule(east)
    send(east, bill(10000, paid=AT), at=AT)
    rows = RuleVersion.objects.filter(pk=version.pk)

    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        rows.update(points=1000) if write == "update" else rows._raw_delete("default")

    assert rows.get().points == 1


def test_an_event_that_waits_freezes_nothing(east: Bank) -> None:
    version = bill_rule(east)

    send(east, bill(10000, paid=AT, customer="1999"), at=AT)

    version.refresh_from_db()
    assert version.first_used_at is None


def test_a_later_version_cannot_change_a_day_that_began(east: Bank) -> None:
    first = bill_rule(east)
    draft = add_version(actor=somebody(), rule=first.rule, terms=replace(DOUBLE, starts_on=TODAY), at=AT)

    with pytest.raises(RuleReachesBack):
        activate_version(actor=somebody(), version=draft, at=AT)

    draft.refresh_from_db()
    assert draft.activated_at is None


def test_activating_twice_changes_nothing(east: Bank) -> None:
    version = bill_rule(east)

    assert activate_version(actor=somebody(), version=version, at=AT).activated_at == version.activated_at


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(DOUBLE, points=0), "points"),
        (replace(DOUBLE, points=1_000_001), "points"),
        (replace(DOUBLE, per_minor=0), "per_minor"),
        (replace(DOUBLE, event_cap=0), "event_cap"),
        (replace(DOUBLE, day_cap=0), "day_cap"),
        (replace(DOUBLE, delay_days=367), "delay_days"),
        (replace(DOUBLE, per_minor=None), "__all__"),
        (replace(DOUBLE, kind=RuleKind.FIXED), "__all__"),
        (replace(DOUBLE, ends_on=TODAY), "__all__"),
    ],
)
def test_a_version_that_makes_no_sense_is_refused(east: Bank, terms: VersionTerms, field: str) -> None:
    rule = make_rule(actor=somebody(), bank=east, code="R9", name="R9", event_type="bill.paid")

    with pytest.raises(RuleInvalid) as refused:
        add_version(actor=somebody(), rule=rule, terms=terms, at=AT)

    assert refused.value.details["field"] == field
    assert not RuleVersion.objects.exists()


def test_a_version_that_could_give_too_much_needs_a_cap(east: Bank) -> None:
    rule = make_rule(actor=somebody(), bank=east, code="R9", name="R9", event_type="bill.paid")
    generous = VersionTerms(kind=RuleKind.PER_AMOUNT, points=1, per_minor=1, starts_on=TODAY)

    with pytest.raises(RuleNeedsCap):
        add_version(actor=somebody(), rule=rule, terms=generous, at=AT)

    assert add_version(actor=somebody(), rule=rule, terms=replace(generous, event_cap=1000), at=AT).number == 1


def test_a_code_is_taken_once_in_a_bank(east: Bank, west: Bank) -> None:
    make_rule(actor=somebody(), bank=east, code="R1", name="Bills", event_type="bill.paid")

    with pytest.raises(RuleCodeTaken):
        make_rule(actor=somebody(), bank=east, code="R1", name="More bills", event_type="bill.paid")

    make_rule(actor=somebody(), bank=west, code="R1", name="Bills", event_type="bill.paid")
    assert Rule.objects.count() == 2


def test_an_event_type_has_small_letters(east: Bank) -> None:
    with pytest.raises(RuleInvalid):
        make_rule(actor=somebody(), bank=east, code="R1", name="Bills", event_type="Bill Paid")


def test_the_app_login_cannot_take_the_freeze_away() -> None:
    with connections["default"].cursor() as cursor, pytest.raises(Exception, match="must be owner"), transaction.atomic():
        cursor.execute("drop trigger earning_ruleversion_frozen on earning_ruleversion")
