"""A bank's terms change from a later day on, by two people, and never reach back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from branches.choices import Role
from branches.models import Bank
from community.wiring import HANDLERS
from core.clock import alliance_day, now
from core.errors import Refused
from core.outbox.services import deliver_due
from decisions.choices import ApprovalState
from decisions.models import Approval
from decisions.services import approve, carry_out
from identity.models import User
from issuing.services.terms import TERMS, ask_terms
from points.errors import TermsReachBack
from points.queries import terms_of_issuer, terms_on
from tests.desk import signed_in
from tests.world import TERMS_START, make_staff_user, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-20")
APRIL = date(2026, 4, 1)


@pytest.fixture
def second_manager(east: Bank) -> User:
    return make_staff_user(username="second_manager", role=Role.BANK_MANAGER, bank=east)


def asked(maker: User, bank: Bank, *, starts_on: date = APRIL, months: int = 6) -> Approval:
    return ask_terms(maker=maker, bank=bank, months=months, grace_days=30, starts_on=starts_on, reason="Costs", at=AT)


def versions(bank: Bank) -> list[tuple[date, int]]:
    return sorted((version.starts_on, version.months) for version in terms_of_issuer(bank.issuer_id))


def test_new_terms_begin_on_their_day_once_a_second_manager_approved_them(east: Bank, east_manager: User, second_manager: User) -> None:
    approval = asked(east_manager, east)
    assert versions(east) == [(TERMS_START, 12)]

    approve(approval=approval, checker=second_manager, at=AT)
    carry_out(approval_id=approval.pk, decision=TERMS, at=AT)

    assert versions(east) == [(TERMS_START, 12), (APRIL, 6)]
    assert (terms_on(east.issuer_id, date(2026, 3, 31)).months, terms_on(east.issuer_id, APRIL).months) == (12, 6)
    carry_out(approval_id=approval.pk, decision=TERMS, at=AT)
    assert len(versions(east)) == 2


@pytest.mark.parametrize("starts_on", [AT.date() - timedelta(days=1), TERMS_START, date(2025, 12, 31)])
def test_staff_can_not_reach_back(starts_on: date, east: Bank, east_manager: User) -> None:
    with pytest.raises(TermsReachBack):
        asked(east_manager, east, starts_on=starts_on)

    assert not Approval.objects.exists()
    assert versions(east) == [(TERMS_START, 12)]


def test_terms_approved_after_their_first_day_are_not_added(east: Bank, east_manager: User, second_manager: User) -> None:
    approval = asked(east_manager, east, starts_on=AT.date() + timedelta(days=1))
    later = AT + timedelta(days=2)
    approve(approval=approval, checker=second_manager, at=later)

    outcome = carry_out(approval_id=approval.pk, decision=TERMS, at=later)

    assert isinstance(outcome, Refused)
    approval.refresh_from_db()
    assert (approval.state, approval.refusal) == (ApprovalState.REFUSED, "terms_reach_back")
    assert versions(east) == [(TERMS_START, 12)]


def test_of_two_requests_about_the_same_terms_the_second_is_void(east: Bank, east_manager: User, second_manager: User) -> None:
    first, second = (
        approve(approval=asked(east_manager, east, starts_on=day), checker=second_manager, at=AT) for day in (APRIL, date(2026, 5, 1))
    )

    carry_out(approval_id=first.pk, decision=TERMS, at=AT)
    carry_out(approval_id=second.pk, decision=TERMS, at=AT)

    second.refresh_from_db()
    assert second.refusal == "approval_target_changed"
    assert versions(east) == [(TERMS_START, 12), (APRIL, 6)]


def test_a_manager_asks_on_the_banks_page(east: Bank, east_manager: User, second_manager: User) -> None:
    client = signed_in(east_manager)
    page = f"/admin/branches/bank/{east.pk}/terms/"
    today = alliance_day(now())
    form = {"months": 6, "grace_days": 20, "starts_on": (today + timedelta(days=30)).isoformat(), "reason": "Costs"}
    assert "12 months, 30 days of grace" in client.get(f"/admin/branches/bank/{east.pk}/change/").content.decode()

    refused = client.post(page, {**form, "starts_on": (today - timedelta(days=1)).isoformat()})
    assert "points keep their terms" in refused.content.decode()
    client.post(page, form)
    approve(approval=Approval.objects.get(), checker=second_manager, at=now())
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))

    assert versions(east) == [(TERMS_START, 12), (today + timedelta(days=30), 6)]
