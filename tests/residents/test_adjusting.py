"""The one way to a correction reads its approval in the database: whoever holds the processes' login can't say what it moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from branches.models import Bank
from core.clock import alliance_day
from core.limits import APPROVAL_AGE
from decisions.models import Approval
from decisions.services import approve, carry_out, decline
from identity.models import User
from issuing.services.exposure import ask_cap
from points.choices import OutcomeCode
from points.parties import add_terms
from points.queries import lots, spendable
from residents.choices import Correction
from residents.models import Resident
from residents.services.adjusting import ADJUSTMENT, ask_adjustment
from tests.ledger_world import facts
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-20")


def asked(clerk: User, resident: Resident, *, way: Correction = Correction.GIVE, points: int = 50) -> Approval:
    return ask_adjustment(clerk=clerk, link=resident.links.get(), way=way, points=points, reason="The stall was closed", at=AT)


def given(clerk: User, manager: User, resident: Resident, *, way: Correction = Correction.GIVE, points: int = 50) -> Approval:
    return approve(approval=asked(clerk, resident, way=way, points=points), checker=manager, at=AT)


def adjust(approval: UUID, *, at: datetime = AT) -> str:
    """As the login of the processes, past the service."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select outcome from residents_adjust(%s, %s, %s)", [approval, at, alliance_day(at)])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("entry", ["points_adjust", "points_claw_back"])
def test_no_login_moves_points_without_a_reason(entry: str, mei: Resident, east: Bank) -> None:
    before = facts()
    body = f'{{"kind": "adjust", "wallet": "{mei.wallet_id}", "issuer": "{east.issuer_id}", "points": 1000000, "key": "{uuid4()}"}}'

    with pytest.raises(DatabaseError, match=f"permission denied for function {entry}"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"select * from {entry}(%s, %s, %s)", [body, AT, AT.date()])

    assert facts() == before


def test_what_moves_is_read_from_the_approval(mei: Resident, east: Bank, east_clerk: User, east_manager: User) -> None:
    add_terms(issuer=east.issuer_id, months=1, grace_days=30, starts_on=moment("2026-04-01").date(), at=AT)
    approval = given(east_clerk, east_manager, mei)

    assert adjust(approval.pk) == OutcomeCode.POSTED
    assert adjust(approval.pk) == OutcomeCode.POSTED  # the first answer again

    assert [(lot.issuer_id, lot.points, lot.expires_on) for lot in lots(mei.wallet_id)] == [
        (east.issuer_id, 50, moment("2027-03-31").date())
    ]
    assert spendable(mei.wallet_id, at=AT) == 50


def test_what_is_taken_is_the_banks_own_and_no_more_than_is_there(mei: Resident, east: Bank, east_clerk: User, east_manager: User) -> None:
    give_points(resident=mei, bank=east, points=60)

    assert adjust(given(east_clerk, east_manager, mei, way=Correction.TAKE).pk) == OutcomeCode.POSTED
    assert adjust(given(east_clerk, east_manager, mei, way=Correction.TAKE).pk) == OutcomeCode.INSUFFICIENT_POINTS

    assert spendable(mei.wallet_id, at=AT) == 10


@pytest.mark.parametrize("how", ["unknown", "waiting", "declined", "over", "another", "unsealed", "changed", "used"])
def test_without_an_approval_that_stands_nothing_moves(
    how: str, mei: Resident, zhang: Resident, east: Bank, east_clerk: User, east_manager: User, operator: User
) -> None:
    approval, at = asked(east_clerk, mei), AT
    if how == "unknown":
        approval.pk = uuid4()
    if how == "declined":
        decline(approval=approval, checker=east_manager, at=AT)
    if how in {"over", "changed", "used"}:
        approve(approval=approval, checker=east_manager, at=AT)
        at = AT + APPROVAL_AGE if how == "over" else AT
    if how == "another":
        approval = approve(approval=ask_cap(maker=east_manager, bank=east, cap=7, reason="Risk", at=AT), checker=operator, at=AT)
    if how == "unsealed":  # a decision that the service never made
        Approval.objects.filter(pk=approval.pk).update(state="approved", checker=east_manager, decided_at=AT)
    if how == "changed":
        Resident.objects.filter(pk=mei.pk).update(user=None)
    if how == "used":
        carry_out(approval_id=approval.pk, decision=ADJUSTMENT, at=AT)
    before = facts()

    with pytest.raises(DatabaseError, match="approval"):
        adjust(approval.pk, at=at)

    assert facts() == before
    assert adjust(given(east_clerk, east_manager, zhang_of(zhang, east)).pk, at=AT + timedelta(seconds=1)) == OutcomeCode.POSTED


def zhang_of(zhang: Resident, east: Bank) -> Resident:
    """Zhang, as East alone knows him."""
    zhang.links.exclude(bank=east).delete()
    return zhang


@pytest.mark.parametrize("column", ["payload", "target_id", "maker_id", "reason", "expires_at", "id"])
def test_what_was_asked_is_not_the_processes_to_change(column: str, mei: Resident, east_clerk: User) -> None:
    approval = asked(east_clerk, mei)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"update decisions_approval set {column} = {column}")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from decisions_approval")

    assert Approval.objects.get() == approval
