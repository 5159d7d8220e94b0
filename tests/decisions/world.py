"""Requests for a second person, in one line."""

from __future__ import annotations

from datetime import datetime

from branches.models import Bank, Branch
from decisions.models import Approval
from decisions.services import Target, ask
from identity.models import User
from residents.services.adjusting import ADJUSTMENT
from tests.world import BEGINNING

VERSION = "v1"


def adjustment_asked(
    maker: User, *, bank: Bank, branch: Branch | None = None, concerns: User | None = None, at: datetime = BEGINNING
) -> Approval:
    """Somebody asks to give Mei 100 points; what is about her is made up."""
    target = Target(kind="residents.resident", id="4711", version=VERSION, name="Mei", concerns=concerns)
    return ask(
        maker=maker,
        decision=ADJUSTMENT,
        target=target,
        payload={"give": 100},
        reason="A stall",
        bank=bank,
        branch=branch,
        at=at,
    )
