"""Requests for a second person, in one line."""

from __future__ import annotations

from datetime import datetime

from branches.choices import ApprovalAction
from branches.models import Approval, Bank, Branch
from branches.services.approvals import Target, approve, ask
from branches.services.exposure import ask_cap, carry_out_cap
from core.clock import now
from core.errors import Done
from identity.models import User
from tests.world import BEGINNING

VERSION = "v1"


def adjustment_asked(
    maker: User, *, bank: Bank, branch: Branch | None = None, concerns: User | None = None, at: datetime = BEGINNING
) -> Approval:
    """Somebody asks to give Mei 100 points; what is about her is made up."""
    target = Target(kind="residents.resident", id="4711", version=VERSION, name="Mei", concerns=concerns)
    return ask(
        maker=maker,
        action=ApprovalAction.ADJUST,
        target=target,
        payload={"give": 100},
        reason="A stall",
        bank=bank,
        branch=branch,
        at=at,
    )


def cap_set(bank: Bank, cap: int, *, maker: User, checker: User) -> None:
    """Two people set a bank's exposure cap."""
    bank.refresh_from_db()
    approval = approve(approval=ask_cap(maker=maker, bank=bank, cap=cap, reason="Risk", at=now()), checker=checker, at=now())
    assert isinstance(carry_out_cap(approval_id=approval.pk, at=now()), Done)
