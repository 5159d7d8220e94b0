"""Scopes: what each role sees of banks and branches."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from branches.access import bank_for, banks_for, branch_for, branches_for, neighborhoods_for, scope_of, staff_for
from branches.choices import Role
from branches.models import Alliance, Bank, Branch, StaffRole
from branches.services import admit_bank, end_role, grant_role, open_branch, open_neighborhood
from branches.services.parties import CodeTaken
from branches.services.roles import AuditorOnlyReads, RoleHeldAlready, RolePlaceWrong
from core.errors import NotFound
from identity.models import User
from identity.services import make_staff
from points.queries import terms_on
from tests.world import BEGINNING, PASSWORD, TERMS_START, make_staff_user, somebody

pytestmark = pytest.mark.django_db


def test_a_bank_comes_with_its_terms(alliance: Alliance) -> None:
    bank = admit_bank(
        actor=somebody(), alliance=alliance, code="NB", name="North", months=6, grace_days=30, starts_on=TERMS_START, at=BEGINNING
    )

    assert terms_on(bank.issuer_id, BEGINNING.date()).months == 6
    with pytest.raises(CodeTaken):
        admit_bank(
            actor=somebody(), alliance=alliance, code="NB", name="Again", months=6, grace_days=30, starts_on=TERMS_START, at=BEGINNING
        )
    assert Bank.objects.count() == 1


def test_codes_are_taken_once(east: Bank, west: Bank, east_branch: Branch) -> None:
    with pytest.raises(CodeTaken):
        open_branch(actor=somebody(), bank=east, code="EB-1", name="Again")
    with pytest.raises(CodeTaken):
        open_neighborhood(actor=somebody(), branch=east_branch, code="EB-N1", name="Again")

    open_branch(actor=somebody(), bank=west, code="EB-1", name="Another bank's")
    assert Branch.objects.filter(code="EB-1").count() == 2


def test_each_role_sees_its_place(
    east: Bank, west: Bank, east_branch: Branch, east_other_branch: Branch, east_clerk: User, east_manager: User, operator: User
) -> None:
    assert list(banks_for(actor=east_clerk)) == list(banks_for(actor=east_manager)) == [east]
    assert list(branches_for(actor=east_clerk)) == [east_branch]
    assert set(branches_for(actor=east_manager)) == {east_branch, east_other_branch}
    assert branches_for(actor=operator).count() == 3
    assert [area.branch for area in neighborhoods_for(actor=east_clerk)] == [east_branch]
    assert bank_for(actor=east_clerk, code="EB") == east
    for code in ("WB", "XX"):
        with pytest.raises(NotFound):
            bank_for(actor=east_clerk, code=code)
    with pytest.raises(NotFound):
        branch_for(actor=east_clerk, branch_id=east_other_branch.pk)


def test_a_banks_auditor_sees_the_bank_and_no_other(east: Bank, west: Bank) -> None:
    user = make_staff_user(username="west_auditor", role=Role.AUDITOR, bank=west)

    scope = scope_of(user=user)
    assert (scope.everywhere, set(scope.whole_banks), set(scope.banks)) == (False, {west.pk}, {west.pk})


def grants(user: User) -> list[tuple[str, bool]]:
    """The user's grants, and whether each has ended."""
    return sorted((grant.role, grant.ended_at is not None) for grant in user.roles.all())


WORKING = [(Role.OPERATOR, ""), (Role.BANK_MANAGER, "bank"), (Role.BRANCH_MANAGER, "branch"), (Role.CLERK, "branch")]
AUDITING = ["", "bank"]


@pytest.mark.parametrize(("role", "place"), WORKING)
@pytest.mark.parametrize("audits", AUDITING)
@pytest.mark.parametrize("first", ["audit", "work"])
def test_an_auditor_holds_no_other_role(
    east: Bank, east_branch: Branch, west: Bank, role: Role, place: str, audits: str, first: str
) -> None:
    """Neither the service nor the database lets one user audit and work, in whichever order, at whichever places."""
    user = make_staff(actor=somebody(), at=BEGINNING, username="both", password=PASSWORD, name="Both")
    work: dict[str, Any] = {"role": role, "bank": east if place else None, "branch": east_branch if place == "branch" else None}
    audit: dict[str, Any] = {"role": Role.AUDITOR, "bank": west if audits else None, "branch": None}
    one, other = (audit, work) if first == "audit" else (work, audit)
    held = grant_role(actor=somebody(), user=user, at=BEGINNING, **one)

    with pytest.raises(AuditorOnlyReads):
        grant_role(actor=somebody(), user=user, at=BEGINNING, **other)
    with pytest.raises(IntegrityError, match="branches_staffrole_auditor_only_reads"), transaction.atomic():
        StaffRole.objects.create(user=user, granted_at=BEGINNING, **other)
    assert grants(user) == [(one["role"], False)]

    end_role(actor=somebody(), role=held, at=BEGINNING)
    grant_role(actor=somebody(), user=user, at=BEGINNING, **other)
    with pytest.raises(IntegrityError, match="branches_staffrole_auditor_only_reads"), transaction.atomic():
        StaffRole.objects.filter(pk=held.pk).update(ended_at=None)
    assert grants(user) == sorted([(one["role"], True), (other["role"], False)])


def test_two_audits_or_two_works_go_together_and_neighbors_don_t_matter(east: Bank, west: Bank, east_branch: Branch) -> None:
    """The users' numbers follow one another: nobody's grants exclude those of the one beside them."""
    first, second, third = (
        make_staff(actor=somebody(), at=BEGINNING, username=f"staff-{number}", password=PASSWORD, name="") for number in range(3)
    )
    for user, role in ((first, Role.AUDITOR), (third, Role.AUDITOR)):
        grant_role(actor=somebody(), user=user, role=role, bank=east, at=BEGINNING)
        grant_role(actor=somebody(), user=user, role=role, bank=west, at=BEGINNING)
    grant_role(actor=somebody(), user=second, role=Role.BANK_MANAGER, bank=west, at=BEGINNING)
    grant_role(actor=somebody(), user=second, role=Role.CLERK, branch=east_branch, at=BEGINNING)

    assert [len(grants(user)) for user in (first, second, third)] == [2, 2, 2]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_staff": False}])
def test_who_may_not_sign_in_sees_nothing(operator: User, east: Bank, fields: dict[str, bool]) -> None:
    User.objects.filter(pk=operator.pk).update(**fields)
    operator.refresh_from_db()

    assert not banks_for(actor=operator).exists()
    assert not staff_for(actor=operator).exists()


def test_being_superuser_opens_nothing(east: Bank, east_clerk: User) -> None:
    end_role(actor=somebody(), role=east_clerk.roles.get(), at=BEGINNING)
    east_clerk.is_superuser = True

    assert not banks_for(actor=east_clerk).exists()


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.OPERATOR, "bank"),
        (Role.BANK_MANAGER, ""),
        (Role.BANK_MANAGER, "branch"),
        (Role.CLERK, ""),
        (Role.CLERK, "bank"),
        (Role.BRANCH_MANAGER, "bank"),
        (Role.AUDITOR, "branch"),
    ],
)
def test_a_role_goes_with_its_place_and_the_database_agrees(
    east: Bank, east_branch: Branch, operator: User, role: Role, place: str
) -> None:
    bank = east if place else None
    branch = east_branch if place == "branch" else None

    with pytest.raises(RolePlaceWrong):
        grant_role(actor=somebody(), user=operator, role=role, bank=bank, branch=branch, at=BEGINNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRole.objects.create(user=operator, role=role, bank=bank, branch=branch, granted_at=BEGINNING)
    assert StaffRole.objects.count() == 1


def test_a_branch_of_another_bank_is_no_place(west: Bank, east_branch: Branch, operator: User) -> None:
    with pytest.raises(RolePlaceWrong):
        grant_role(actor=somebody(), user=operator, role=Role.CLERK, bank=west, branch=east_branch, at=BEGINNING)


def test_a_role_is_held_once_and_may_be_granted_again_after_its_end(east_clerk: User, east_branch: Branch) -> None:
    with pytest.raises(RoleHeldAlready):
        grant_role(actor=somebody(), user=east_clerk, role=Role.CLERK, branch=east_branch, at=BEGINNING)
    held = east_clerk.roles.get()

    ended = end_role(actor=somebody(), role=held, at=BEGINNING)
    grant_role(actor=somebody(), user=east_clerk, role=Role.CLERK, branch=east_branch, at=BEGINNING)

    assert end_role(actor=somebody(), role=ended, at=BEGINNING.replace(year=2027)).ended_at == BEGINNING
    assert east_clerk.roles.count() == 2
