"""An exposure cap in one line."""

from __future__ import annotations

from branches.models import Bank
from core.clock import now
from core.errors import Done
from decisions.services import approve, carry_out
from identity.models import User
from issuing.services.exposure import CAP, ask_cap


def cap_set(bank: Bank, cap: int, *, maker: User, checker: User) -> None:
    """Two people set a bank's exposure cap."""
    bank.refresh_from_db()
    approval = approve(approval=ask_cap(maker=maker, bank=bank, cap=cap, reason="Risk", at=now()), checker=checker, at=now())
    assert isinstance(carry_out(approval_id=approval.pk, decision=CAP, at=now()), Done)
