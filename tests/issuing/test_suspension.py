"""A suspended issuer's points wait until two operators lift it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from branches.choices import Role
from branches.models import Bank
from community.wiring import HANDLERS
from core.clock import now
from core.outbox.services import deliver_due
from decisions.choices import ApprovalState
from decisions.errors import ApprovalNotYours, ApprovalOfOneself
from decisions.models import Approval
from decisions.services import approve, carry_out
from identity.models import User
from issuing.errors import IssuerNotSuspended, IssuerSuspended
from issuing.services.suspension import LIFT_SUSPENSION, ask_lift, suspend_bank
from points.queries import spendable, suspended_issuers
from residents.models import Resident
from tests.desk import signed_in
from tests.world import give_points, make_staff_user, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_operator(db: None) -> User:
    return make_staff_user(username="second_operator", role=Role.OPERATOR)


def test_points_wait_until_a_second_operator_lifts_it(
    east: Bank, west: Bank, zhang: Resident, operator: User, second_operator: User, east_manager: User
) -> None:
    give_points(resident=zhang, bank=east, points=40, at=now())
    give_points(resident=zhang, bank=west, points=60, at=now())

    suspend_bank(actor=somebody(), bank=east, at=now())
    assert spendable(zhang.wallet_id, at=now()) == 60
    with pytest.raises(IssuerSuspended):
        suspend_bank(actor=somebody(), bank=east, at=now())
    approval = ask_lift(maker=operator, bank=east, reason="Solved", at=now())
    with pytest.raises(ApprovalNotYours):
        approve(approval=approval, checker=east_manager, at=now())
    with pytest.raises(ApprovalOfOneself):
        approve(approval=approval, checker=operator, at=now())
    carry_out(approval_id=approval.pk, decision=LIFT_SUSPENSION, at=now())
    assert spendable(zhang.wallet_id, at=now()) == 60

    approve(approval=approval, checker=second_operator, at=now())
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))

    assert spendable(zhang.wallet_id, at=now()) == 100
    assert suspended_issuers() == {}
    with pytest.raises(IssuerNotSuspended):
        ask_lift(maker=operator, bank=east, reason="Again", at=now())


def test_an_approval_lifts_no_later_suspension(east: Bank, operator: User, second_operator: User) -> None:
    suspend_bank(actor=somebody(), bank=east, at=now())
    first, second = (
        approve(approval=ask_lift(maker=operator, bank=east, reason="x", at=now()), checker=second_operator, at=now()) for _turn in "ab"
    )
    carry_out(approval_id=first.pk, decision=LIFT_SUSPENSION, at=now())
    suspend_bank(actor=somebody(), bank=east, at=now())

    carry_out(approval_id=second.pk, decision=LIFT_SUSPENSION, at=now())

    second.refresh_from_db()
    assert (second.state, second.refusal) == (ApprovalState.REFUSED, "approval_target_changed")
    assert list(suspended_issuers()) == [east.issuer_id]


def test_an_operator_suspends_on_the_banks_page_and_nobody_else(east: Bank, operator: User, east_manager: User) -> None:
    clients = {user: signed_in(user) for user in (operator, east_manager)}
    page = f"/admin/branches/bank/{east.pk}/suspend/"

    assert clients[east_manager].post(page, {"sure": "on"}).status_code == 403
    assert clients[operator].post(page, {}).status_code == 200
    assert suspended_issuers() == {}
    told = clients[operator].post(page, {"sure": "on"}, follow=True).content.decode()
    assert "Suspended. The bank&#x27;s points wait until two operators lift it." in told
    assert list(suspended_issuers()) == [east.issuer_id]

    clients[operator].post(f"/admin/branches/bank/{east.pk}/lift/", {"reason": "Solved"})

    assert Approval.objects.get().action == "lift_suspension"
    assert list(suspended_issuers()) == [east.issuer_id]
