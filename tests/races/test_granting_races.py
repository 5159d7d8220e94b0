"""Grants at the same moment: a user becomes an auditor or works, never both."""

from __future__ import annotations

import pytest

from branches.choices import Role
from branches.models import Bank, StaffRole
from branches.services import grant_role
from branches.services.roles import AuditorOnlyReads
from identity.models import User
from identity.services import make_staff
from tests.threads import at_once
from tests.world import BEGINNING, PASSWORD, somebody

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
ROUNDS = 5


def test_of_an_audit_and_a_work_granted_at_once_one_stands(east: Bank, west: Bank) -> None:
    for turn in range(ROUNDS):
        user = make_staff(actor=somebody(), at=BEGINNING, username=f"both-{turn}", password=PASSWORD, name="")

        def grant(wanted: tuple[Role, Bank], user: User = user) -> str:
            try:
                return grant_role(actor=somebody(), user=user, role=wanted[0], bank=wanted[1], at=BEGINNING).role
            except AuditorOnlyReads as refusal:
                return refusal.code

        wanted = [(Role.AUDITOR, east), (Role.BANK_MANAGER, east), (Role.AUDITOR, west), (Role.BANK_MANAGER, west)]
        answers = at_once(grant, wanted)

        (stands,) = set(answers) - {"auditor_only_reads"}
        assert answers.count(stands) == answers.count("auditor_only_reads") == 2
        assert list(StaffRole.objects.filter(user=user).values_list("role", flat=True)) == [stands] * 2
