"""Two checkers at once: one decides; an approval redeemed twice at once is carried out once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from branches.choices import Role
from branches.models import Bank
from core.errors import Done
from core.outbox.models import OutboxEvent
from decisions.choices import ApprovalState
from decisions.decision import Decision
from decisions.errors import ApprovalDecided
from decisions.services import approve, carry_out, decline
from identity.models import User
from points.models import Declaration
from residents.services.adjusting import ADJUSTMENT
from tests.decisions.world import VERSION, adjustment_asked
from tests.threads import at_once
from tests.world import BEGINNING, make_staff_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_of_checkers_at_once_one_decides(east: Bank, east_clerk: User) -> None:
    approval = adjustment_asked(east_clerk, bank=east)
    checkers = [make_staff_user(username=f"manager-{n}", role=Role.BANK_MANAGER, bank=east) for n in range(6)]

    def decide(turn: tuple[int, User]) -> str:
        try:
            return (approve if turn[0] % 2 else decline)(approval=approval, checker=turn[1], at=BEGINNING).state
        except ApprovalDecided:
            return "decided"

    answers = at_once(decide, enumerate(checkers))

    approval.refresh_from_db()
    assert sorted(answers) == sorted([approval.state, *["decided"] * 5])
    assert Declaration.objects.filter(kind="approval").count() == 1
    assert OutboxEvent.objects.count() == (approval.state == ApprovalState.APPROVED)


def test_acted_on_by_many_at_once_it_is_carried_out_once(east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = approve(approval=adjustment_asked(east_clerk, bank=east), checker=east_manager, at=BEGINNING)

    kind: Decision[Any] = ADJUSTMENT
    decision = replace(kind, version_of=lambda _approval: VERSION, carry_out=lambda _approval, *, at: Done(at))

    def act(_turn: int) -> bool:
        outcome = carry_out(approval_id=approval.pk, decision=decision, at=BEGINNING)
        return isinstance(outcome, Done)

    assert sorted(at_once(act, range(6))) == [False] * 5 + [True]
