"""Residents are told a month and a week before points expire: once each, in their language, late rather than never."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine

from branches.models import Bank
from community.wiring import HANDLERS
from core.channels.services import inbox
from core.outbox.services import deliver_due
from identity.models import User
from points.posting import Gift, give
from residents.models import ExpiryNotice, Resident
from residents.services import notice_expiries
from tests.threads import at_once
from tests.world import give_points, make_resident, moment

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 30)
AUGUST_31, SEPTEMBER_23 = moment("2026-08-31", "09:10"), moment("2026-09-23", "09:10")


@pytest.fixture
def tom(tom: Resident, west: Bank) -> Resident:
    """Tom, with WB 150 that expire on 2026-09-30; he reads English."""
    give_points(resident=tom, bank=west, points=150, expires_on=SEPTEMBER)
    User.objects.filter(resident=tom).update(language="en")
    return tom


def noted() -> list[tuple[date, int, int]]:
    return list(ExpiryNotice.objects.order_by("pk").values_list("expires_on", "days", "points"))


def told(at: datetime) -> list[tuple[str, str]]:
    with time_machine.travel(at, tick=False):
        while deliver_due(HANDLERS, at=at):
            pass
    return [(message.phone, message.text) for message in inbox(most=9)]


def test_s25_notices(tom: Resident) -> None:
    days = [
        moment("2026-08-30"),
        AUGUST_31,
        moment("2026-09-01"),
        moment("2026-09-22"),
        SEPTEMBER_23,
        moment("2026-09-30"),
        moment("2026-10-01"),
    ]

    counted = [notice_expiries(at=at) for at in days for _twice in range(2)]

    assert counted == [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert noted() == [(SEPTEMBER, 30, 150), (SEPTEMBER, 7, 150)]
    assert list(ExpiryNotice.objects.order_by("pk").values_list("made_at", flat=True)) == [AUGUST_31, SEPTEMBER_23]


def test_a_sweep_that_comes_days_late_still_tells_once(tom: Resident) -> None:
    for late in (AUGUST_31, SEPTEMBER_23):
        assert notice_expiries(at=late + timedelta(days=3)) == 1
        assert notice_expiries(at=late + timedelta(days=4)) == 0

    assert noted() == [(SEPTEMBER, 30, 150), (SEPTEMBER, 7, 150)]


def test_a_sweep_that_comes_after_the_last_day_tells_nothing(tom: Resident) -> None:
    assert notice_expiries(at=moment("2026-10-01", "00:00:00")) == 0
    assert noted() == []


def test_the_message_goes_to_the_phone_in_its_language(tom: Resident, zhang: Resident, west: Bank) -> None:
    give_points(resident=zhang, bank=west, points=20, expires_on=SEPTEMBER)
    notice_expiries(at=SEPTEMBER_23)

    messages = dict(told(SEPTEMBER_23))

    english = "150 points of yours are good until Sep 30, 2026. Spend them in your neighborhood before they expire."
    assert messages == {
        "+8613800002001": english,
        "+8613800001003": "您有20分将于2026年9月30日到期，请在到期前到附近门店使用。",
    }


def test_a_message_that_was_late_for_the_last_day_is_not_sent(tom: Resident) -> None:
    notice_expiries(at=SEPTEMBER_23)

    assert told(moment("2026-10-01")) == []


def test_who_can_not_sign_in_is_not_told_until_they_can(west: Bank) -> None:
    nobody = make_resident(links={west: "2222"})
    give_points(resident=nobody, bank=west, points=9, expires_on=SEPTEMBER)

    assert notice_expiries(at=AUGUST_31) == 0


def test_what_was_given_away_is_not_told_and_what_was_given_is(tom: Resident, mei: Resident) -> None:
    at = moment("2026-08-01")
    assert give(Gift(wallet=tom.wallet_id, to=mei.wallet_id, points=150, key="g", effective_at=at), at=at).posted

    notice_expiries(at=AUGUST_31)

    assert list(ExpiryNotice.objects.values_list("wallet_id", "points")) == [(mei.wallet_id, 150)]


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_sweeps_at_once_tell_once(tom: Resident) -> None:
    assert sorted(at_once(lambda _number: notice_expiries(at=AUGUST_31), range(6))) == [0] * 5 + [1]
    assert len(noted()) == 1
