"""No one awards themselves: what one person may not, what waits for another, and what the database says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from branches.choices import Role
from branches.models import Bank, Branch
from branches.services import grant_role
from community.wiring import HANDLERS
from core.clock import alliance_day, now
from core.errors import Done, Refused
from core.outbox.services import deliver_due
from decisions.choices import ApprovalState
from decisions.errors import ApprovalForOneself, ApprovalMissing, ApprovalOfOneself
from decisions.models import Approval
from decisions.services import approve, carry_out
from identity.models import User
from points.choices import Reason
from points.errors import InsufficientPoints
from points.queries import history, lots, spendable, terms_on
from residents.choices import Correction
from residents.models import Resident
from residents.services.adjusting import ADJUSTMENT, ask_adjustment
from tests.desk import signed_in
from tests.world import BEGINNING, branch_of, give_points, somebody

pytestmark = pytest.mark.django_db


def asked(clerk: User, resident: Resident, *, way: Correction = Correction.GIVE, points: int = 50) -> Approval:
    return ask_adjustment(clerk=clerk, link=resident.links.get(), way=way, points=points, reason="The stall was closed", at=now())


def as_clerk(resident: Resident, branch: Branch) -> User:
    """The resident, who works at the branch as well."""
    assert resident.user is not None
    User.objects.filter(pk=resident.user.pk).update(is_staff=True)
    grant_role(actor=somebody(), user=resident.user, role=Role.BRANCH_MANAGER, branch=branch, at=BEGINNING)
    return User.objects.get(pk=resident.user.pk)


def test_s36_a_clerk_adjusts_no_wallet_of_their_own(mei: Resident, east: Bank) -> None:
    clerk = as_clerk(mei, branch_of(east))

    with pytest.raises(ApprovalForOneself):
        asked(clerk, mei)

    assert not Approval.objects.exists()
    assert history(mei.wallet_id) == []


def test_s36_an_adjustment_by_one_person_waits_for_another(mei: Resident, east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = asked(east_clerk, mei)
    deliver_due(HANDLERS, at=now())
    early = carry_out(approval_id=approval.pk, decision=ADJUSTMENT, at=now())
    assert isinstance(early, Refused)
    assert isinstance(early.error, ApprovalMissing)
    assert history(mei.wallet_id) == []

    approve(approval=approval, checker=east_manager, at=now())
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))

    approval.refresh_from_db()
    assert (approval.state, approval.refusal) == (ApprovalState.DONE, "")
    assert [(move.reason, move.points) for move in history(mei.wallet_id)] == [(Reason.ADJUST, 50)]
    today = alliance_day(now())
    assert [(lot.issuer_id, lot.points, lot.expires_on) for lot in lots(mei.wallet_id)] == [
        (east.issuer_id, 50, terms_on(east.issuer_id, today).expires_on(today))
    ]


def test_s36_the_maker_does_not_approve_it(mei: Resident, east: Bank, east_manager: User) -> None:
    approval = asked(east_manager, mei)

    with pytest.raises(ApprovalOfOneself):
        approve(approval=approval, checker=east_manager, at=now())
    with pytest.raises(IntegrityError, match="decisions_approval_two_persons"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update decisions_approval set state = 'approved', checker_id = maker_id, decided_at = asked_at")
    deliver_due(HANDLERS, at=now())

    approval.refresh_from_db()
    assert approval.state == ApprovalState.WAITING
    assert history(mei.wallet_id) == []


def test_s36_nobody_approves_points_for_themselves(mei: Resident, east: Bank, east_clerk: User) -> None:
    approval = asked(east_clerk, mei)
    manager = as_clerk(mei, branch_of(east))

    with pytest.raises(ApprovalForOneself):
        approve(approval=approval, checker=manager, at=now())
    with pytest.raises(IntegrityError, match="decisions_approval_not_ones_own"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update decisions_approval set state = 'approved', checker_id = concerns_id, decided_at = asked_at")

    assert history(mei.wallet_id) == []


def test_points_are_taken_as_they_are_given(mei: Resident, east: Bank, east_clerk: User, east_manager: User) -> None:
    give_points(resident=mei, bank=east, points=80, at=now())
    approval = approve(approval=asked(east_clerk, mei, way=Correction.TAKE), checker=east_manager, at=now())

    first = carry_out(approval_id=approval.pk, decision=ADJUSTMENT, at=now())
    again = carry_out(approval_id=approval.pk, decision=ADJUSTMENT, at=now())

    assert isinstance(first, Done)
    assert isinstance(again, Refused)
    assert spendable(mei.wallet_id, at=now()) == 30


def test_more_than_is_there_is_not_taken_and_the_approval_says_so(mei: Resident, east: Bank, east_clerk: User, east_manager: User) -> None:
    give_points(resident=mei, bank=east, points=49, at=now())
    approval = approve(approval=asked(east_clerk, mei, way=Correction.TAKE), checker=east_manager, at=now())

    outcome = carry_out(approval_id=approval.pk, decision=ADJUSTMENT, at=now())

    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, InsufficientPoints)
    approval.refresh_from_db()
    assert (approval.state, approval.refusal) == (ApprovalState.REFUSED, "insufficient_points")
    assert spendable(mei.wallet_id, at=now()) == 49


def test_an_approval_does_not_outlive_a_change_of_whose_wallet_it_is(
    mei: Resident, east: Bank, east_clerk: User, east_manager: User
) -> None:
    approval = approve(approval=asked(east_clerk, mei), checker=east_manager, at=now())
    Resident.objects.filter(pk=mei.pk).update(user=east_clerk)

    carry_out(approval_id=approval.pk, decision=ADJUSTMENT, at=now())

    approval.refresh_from_db()
    assert approval.refusal == "approval_target_changed"
    assert history(mei.wallet_id) == []


def test_a_clerk_asks_on_the_residents_page(mei: Resident, tom: Resident, east_clerk: User) -> None:
    client = signed_in(east_clerk)
    page = f"/admin/residents/resident/{mei.pk}/adjust/"
    form = {"link": mei.links.get().pk, "way": "give", "points": 50, "reason": "The stall was closed"}
    assert page in client.get(f"/admin/residents/resident/{mei.pk}/change/").content.decode()

    assert "Ask for it" in client.get(page).content.decode()
    assert client.post(page, {**form, "points": 0}).status_code == 200
    assert client.post(page, {**form, "link": tom.links.get().pk}).status_code == 200
    assert client.post(page, {**form, "reason": ""}).status_code == 200
    assert not Approval.objects.exists()
    told = client.post(page, form, follow=True).content.decode()

    assert "Asked. Somebody else must approve it now." in told
    approval = Approval.objects.get()
    assert (approval.maker, approval.concerns, approval.payload) == (east_clerk, mei.user, {"give": 50})
    assert (approval.branch, approval.target_id) == (mei.links.get().branch, str(mei.pk))
