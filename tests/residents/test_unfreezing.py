"""A freeze is laid on by one person and lifted by two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.wiring import HANDLERS
from core.clock import now
from core.outbox.services import deliver_due
from decisions.errors import ApprovalOfOneself
from decisions.models import Approval
from decisions.services import approve, carry_out
from identity.models import User
from points.queries import is_frozen
from residents.models import Resident
from residents.services import freeze_wallet, unfreeze_wallet
from residents.services.unfreezing import UNFREEZE, WalletNotFrozen, ask_unfreeze
from tests.desk import signed_in
from tests.world import somebody

pytestmark = pytest.mark.django_db


def test_a_clerk_freezes_and_two_people_lift_it(mei: Resident, east_clerk: User, east_manager: User) -> None:
    client = signed_in(east_clerk)
    page = f"/admin/residents/resident/{mei.pk}"
    form = {"link": mei.links.get().pk, "reason": "It was her"}
    assert "This wallet is not frozen." in client.post(f"{page}/unfreeze/", form).content.decode()

    client.post(f"{page}/freeze/", {})
    assert not is_frozen(mei.wallet_id)
    client.post(f"{page}/freeze/", {"sure": "on"})
    assert is_frozen(mei.wallet_id)
    client.post(f"{page}/unfreeze/", form)
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))
    assert is_frozen(mei.wallet_id)
    approval = Approval.objects.get()
    with pytest.raises(ApprovalOfOneself):
        approve(approval=approval, checker=east_clerk, at=now())
    approve(approval=approval, checker=east_manager, at=now())
    deliver_due(HANDLERS, at=now() + timedelta(seconds=1))

    assert not is_frozen(mei.wallet_id)


def test_an_approval_lifts_no_later_freeze(mei: Resident, east_clerk: User, east_manager: User) -> None:
    link = mei.links.get()
    with pytest.raises(WalletNotFrozen):
        ask_unfreeze(clerk=east_clerk, link=link, reason="x", at=now())
    freeze_wallet(actor=somebody(), resident=mei, at=now())
    approval = approve(approval=ask_unfreeze(clerk=east_clerk, link=link, reason="x", at=now()), checker=east_manager, at=now())
    unfreeze_wallet(resident=mei)
    freeze_wallet(actor=somebody(), resident=mei, at=now())

    carry_out(approval_id=approval.pk, decision=UNFREEZE, at=now())

    approval.refresh_from_db()
    assert approval.refusal == "approval_target_changed"
    assert is_frozen(mei.wallet_id)
