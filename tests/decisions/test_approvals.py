"""Maker and checker: what one asks for another decides, once, in time, and not about themselves; the database says so too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from branches.choices import Role
from branches.models import Bank, Branch
from core.clock import now
from core.errors import DomainError, Done, NotFound, Outcome, Refused
from core.limits import APPROVAL_AGE
from core.outbox.models import OutboxEvent
from decisions.access import approval_for, approvals_for, approvals_waiting_for
from decisions.choices import ApprovalState
from decisions.decision import Decision
from decisions.errors import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalForOneself,
    ApprovalMissing,
    ApprovalNotYours,
    ApprovalOfOneself,
    TargetChanged,
)
from decisions.models import Approval
from decisions.news import Approved
from decisions.services import approval_words, approve, carry_out, decline
from identity.models import User
from issuing.services.terms import TERMS
from points.log.checkpoints import make_checkpoint
from points.log.opened import issuer_leaves
from points.log.sealing import seal_all
from residents.models import Resident
from residents.services.adjusting import ADJUSTMENT
from tests.decisions.world import VERSION, adjustment_asked
from tests.desk import signed_in
from tests.world import BEGINNING, make_staff_user, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-20")


def asked(maker: User, bank: Bank, branch: Branch | None = None, *, concerns: User | None = None) -> Approval:
    return adjustment_asked(maker, bank=bank, branch=branch, concerns=concerns, at=AT)


def given(maker: User, checker: User, bank: Bank) -> Approval:
    return approve(approval=asked(maker, bank), checker=checker, at=AT)


class Deed:
    """Something to do on an approval; it counts how often."""

    def __init__(self, outcome: Outcome[str]) -> None:
        self.outcome = outcome
        self.done = 0

    def __call__(self, approval: Approval, *, at: datetime) -> Outcome[str]:  # noqa: ARG002 - as every deed is called
        """Do it."""
        self.done += 1
        return self.outcome


def carried_out_by(deed: Deed, *, kind: Decision[Any] = ADJUSTMENT, version: str = VERSION) -> Decision[str]:
    return replace(kind, version_of=lambda _approval: version, carry_out=deed)


def act_on(approval: Approval, deed: Deed, *, version: str = VERSION, at: datetime = AT) -> Outcome[str]:
    return carry_out(approval_id=approval.pk, decision=carried_out_by(deed, version=version), at=at)


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """The database refuses, by the constraint or trigger of that name."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert isinstance(refusal.value.__cause__, psycopg2.Error)
    assert refusal.value.__cause__.diag.constraint_name == constraint


def update(approval: Approval, assignment: str) -> None:
    """As the run-time login, past the services."""
    with connection.cursor() as cursor:
        cursor.execute(f"update decisions_approval set {assignment} where id = %s", [approval.pk])


def test_a_request_waits_until_a_second_person_approves_it(east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = asked(east_clerk, east)
    assert (approval.state, approval.checker, approval.decided_at) == (ApprovalState.WAITING, None, None)
    assert list(approvals_waiting_for(actor=east_manager, at=AT)) == [approval]

    approve(approval=approval, checker=east_manager, at=AT)

    approval.refresh_from_db()
    assert (approval.state, approval.checker, approval.decided_at) == (ApprovalState.APPROVED, east_manager, AT)
    assert OutboxEvent.objects.get().topic == Approved.topic
    assert OutboxEvent.objects.get().payload == {"approval_id": str(approval.pk), "action": "adjust"}
    assert not approvals_waiting_for(actor=east_manager, at=AT).exists()


def test_what_was_declined_is_never_carried_out(east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = decline(approval=asked(east_clerk, east), checker=east_manager, at=AT)
    deed = Deed(Done("done"))

    outcome = act_on(approval, deed)

    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, ApprovalMissing)
    assert deed.done == 0
    assert not OutboxEvent.objects.exists()
    with pytest.raises(ApprovalDecided):
        approve(approval=approval, checker=east_manager, at=AT)


def test_nobody_approves_what_they_asked_for(east: Bank, east_manager: User) -> None:
    approval = asked(east_manager, east)

    for decide in (approve, decline):
        with pytest.raises(ApprovalOfOneself):
            decide(approval=approval, checker=east_manager, at=AT)

    approval.refresh_from_db()
    assert approval.state == ApprovalState.WAITING
    assert not approvals_waiting_for(actor=east_manager, at=AT).exists()


def test_nobody_asks_for_or_approves_what_is_their_own(east: Bank, east_clerk: User, east_manager: User) -> None:
    with pytest.raises(ApprovalForOneself):
        asked(east_clerk, east, concerns=east_clerk)
    assert not Approval.objects.exists()
    approval = asked(east_clerk, east, concerns=east_manager)

    with pytest.raises(ApprovalForOneself):
        approve(approval=approval, checker=east_manager, at=AT)

    approval.refresh_from_db()
    assert approval.state == ApprovalState.WAITING


def test_only_roles_that_decide_it_decide_it_and_only_at_their_places(
    east: Bank, east_branch: Branch, east_clerk: User, east_other_branch: Branch, auditor: User, operator: User, west_manager: User
) -> None:
    approval = asked(east_clerk, east, east_branch)
    other_clerk = make_staff_user(username="second_clerk", role=Role.CLERK, branch=east_branch)
    elsewhere = make_staff_user(username="elsewhere", role=Role.BRANCH_MANAGER, branch=east_other_branch)

    for checker in (other_clerk, elsewhere, auditor, operator, west_manager):
        with pytest.raises(ApprovalNotYours):
            approve(approval=approval, checker=checker, at=AT)
    with pytest.raises(NotFound):
        approval_for(actor=west_manager, approval_id=approval.pk)
    assert approval_for(actor=auditor, approval_id=approval.pk) == approval
    assert not approvals_for(actor=elsewhere).exists()

    here = make_staff_user(username="here", role=Role.BRANCH_MANAGER, branch=east_branch)
    assert approve(approval=approval, checker=here, at=AT).state == ApprovalState.APPROVED


def test_a_request_expires_to_the_microsecond(east: Bank, east_clerk: User, east_manager: User) -> None:
    late, in_time = asked(east_clerk, east), asked(east_clerk, east)
    end = AT + APPROVAL_AGE

    with pytest.raises(ApprovalExpired):
        approve(approval=late, checker=east_manager, at=end)
    assert not approvals_waiting_for(actor=east_manager, at=end).exists()

    assert approve(approval=in_time, checker=east_manager, at=end - timedelta(microseconds=1)).state == ApprovalState.APPROVED


def test_an_approval_is_redeemed_once(east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = given(east_clerk, east_manager, east)
    deed = Deed(Done("done"))

    first, second = act_on(approval, deed), act_on(approval, deed)

    assert first == Done("done")
    assert isinstance(second, Refused)
    assert isinstance(second.error, ApprovalMissing)
    assert deed.done == 1
    approval.refresh_from_db()
    assert (approval.state, approval.closed_at, approval.refusal) == (ApprovalState.DONE, AT, "")


@pytest.mark.parametrize(
    ("version", "at", "error"),
    [("v2", AT, TargetChanged), (VERSION, AT + APPROVAL_AGE, ApprovalExpired)],
)
def test_an_approval_of_what_changed_or_was_left_too_long_is_spent_for_nothing(
    version: str, at: datetime, error: type[DomainError], east: Bank, east_clerk: User, east_manager: User
) -> None:
    approval = given(east_clerk, east_manager, east)
    deed = Deed(Done("done"))

    outcome = act_on(approval, deed, version=version, at=at)

    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, error)
    assert deed.done == 0
    approval.refresh_from_db()
    assert (approval.state, approval.refusal, approval.closed_at) == (ApprovalState.REFUSED, error.code, at)
    assert isinstance(act_on(approval, deed), Refused)
    assert deed.done == 0


def test_a_deed_that_was_refused_keeps_why(east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = given(east_clerk, east_manager, east)

    act_on(approval, Deed(Refused(NotFound())))

    approval.refresh_from_db()
    assert (approval.state, approval.refusal) == (ApprovalState.REFUSED, "not_found")


def test_an_approval_of_another_action_is_no_approval(east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = given(east_clerk, east_manager, east)
    deed = Deed(Done("done"))

    outcome = carry_out(approval_id=approval.pk, decision=carried_out_by(deed, kind=TERMS), at=AT)

    assert isinstance(outcome, Refused)
    assert deed.done == 0
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED


# by the database too, as the login of the processes


@pytest.mark.parametrize(
    ("assignment", "constraint"),
    [
        ("state = 'approved', checker_id = maker_id, decided_at = asked_at", "decisions_approval_two_persons"),
        ("state = 'approved', checker_id = concerns_id, decided_at = asked_at", "decisions_approval_not_ones_own"),
        ("state = 'approved'", "decisions_approval_decided_by_someone"),
        ("state = 'approved', checker_id = 0, decided_at = expires_at", "decisions_approval_decided_in_time"),
        ("state = 'done', checker_id = 0, decided_at = asked_at, closed_at = asked_at", "decisions_approval_kept"),
    ],
)
def test_the_database_refuses_it_as_well(assignment: str, constraint: str, east: Bank, east_clerk: User, mei: Resident) -> None:
    approval = asked(east_clerk, east, concerns=mei.user)
    before = Approval.objects.values().get()

    with refused_by(constraint):
        update(approval, assignment)

    assert Approval.objects.values().get() == before


@pytest.mark.parametrize("assignment", ["state = 'waiting', checker_id = null, decided_at = null", "decided_at = asked_at"])
def test_a_decision_is_never_changed(assignment: str, east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = given(east_clerk, east_manager, east)
    before = Approval.objects.values().get()

    with refused_by("decisions_approval_kept"):
        update(approval, assignment)

    assert Approval.objects.values().get() == before


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "update decisions_approval set payload = '{\"give\": 1000000}'",
        "update decisions_approval set maker_id = concerns_id",
        "update decisions_approval set expires_at = expires_at + interval '1 day'",
        "update decisions_approval set reason = 'x'",
        "delete from decisions_approval",
    ],
)
def test_not_even_the_owner_changes_what_was_asked(statement: str, east: Bank, east_clerk: User, mei: Resident) -> None:
    asked(east_clerk, east, concerns=mei.user)
    before = Approval.objects.values().get()

    with pytest.raises(IntegrityError, match="stays as it is"), connections["owner"].cursor() as cursor:
        cursor.execute(statement)

    assert Approval.objects.values().get() == before
    connections["owner"].close()


def test_no_request_begins_approved(east: Bank, east_clerk: User, east_manager: User) -> None:
    with refused_by("decisions_approval_asked_first"):
        Approval.objects.create(
            bank=east, action=ADJUSTMENT.action, reason="x", maker=east_clerk, checker=east_manager, asked_at=AT,
            decided_at=AT, expires_at=AT + APPROVAL_AGE, state=ApprovalState.APPROVED,
        )  # fmt: skip


# sealed


def words(bank: Bank) -> list[str]:
    """The decisions that the bank's log holds."""
    size = seal_all()
    make_checkpoint(at=BEGINNING)
    opened = [leaf.words for leaf in issuer_leaves(issuer=bank.issuer_id, after=0, upto=size)]
    return [said for said in opened if said and said.startswith('{"approval"')]


def test_each_decision_is_sealed_and_names_nobody(east: Bank, east_clerk: User, east_manager: User) -> None:
    asked(east_clerk, east)
    yes = approve(approval=asked(east_clerk, east), checker=east_manager, at=AT)
    no = decline(approval=asked(east_clerk, east), checker=east_manager, at=AT)

    said = words(east)

    assert said == [approval_words(yes), approval_words(no)]
    first, second = map(json.loads, said)
    assert list(first) == ["approval", "action", "decision", "asked_at", "decided_at", "maker", "checker", "content"]
    assert (first["action"], first["decision"], first["decided_at"]) == ("adjust", "approved", "2026-03-20T04:00:00+00:00")
    assert second["decision"] == "declined"
    assert first["maker"] != second["maker"] != second["checker"]
    assert not any(secret in text for text in said for secret in ("east_clerk", "Mei", "stall"))
    assert not any(re.search(r"(?<![0-9a-f])4711(?![0-9a-f])", text) for text in said)  # a hash may well have these digits


def test_what_was_done_on_it_leaves_the_sealed_words_as_they_are(east: Bank, east_clerk: User, east_manager: User) -> None:
    approval = given(east_clerk, east_manager, east)
    said = words(east)

    act_on(approval, Deed(Done("done")))

    assert said == [approval_words(Approval.objects.get(pk=approval.pk))]


def test_an_approval_nobody_gave_is_missing(east: Bank) -> None:
    outcome = carry_out(approval_id=uuid4(), decision=carried_out_by(Deed(Done("done"))), at=AT)

    assert isinstance(outcome, Refused)


# in the admin


def decide(client: Client, action: str, approval: Approval) -> str:
    form = {"action": action, "_selected_action": [str(approval.pk)]}
    return client.post("/admin/decisions/approval/", form, follow=True).content.decode()


def test_a_manager_finds_what_waits_and_approves_it(east: Bank, east_branch: Branch, east_clerk: User, east_manager: User) -> None:
    waiting = adjustment_asked(east_clerk, bank=east, branch=east_branch, at=now())
    own = adjustment_asked(east_manager, bank=east, at=now())
    client = signed_in(east_manager)

    page = client.get("/admin/decisions/approval/?decision=mine").content.decode()
    assert "points to give: 100" in page
    assert str(waiting.pk) in page
    assert str(own.pk) not in page
    page = decide(client, "approve_them", waiting)

    assert "Adjust a resident&#x27;s points: Mei: Approved." in page
    waiting.refresh_from_db()
    assert (waiting.state, waiting.checker) == (ApprovalState.APPROVED, east_manager)


def test_the_page_refuses_whom_the_service_refuses(east: Bank, east_branch: Branch, east_clerk: User, east_manager: User) -> None:
    own = adjustment_asked(east_manager, bank=east, at=now())
    of_branch = adjustment_asked(east_clerk, bank=east, branch=east_branch, at=now())

    assert "You asked for this yourself." in decide(signed_in(east_manager), "approve_them", own)
    decide(signed_in(east_clerk), "approve_them", of_branch)

    assert set(Approval.objects.values_list("state", flat=True)) == {ApprovalState.WAITING}


def test_a_manager_declines(east: Bank, east_clerk: User, east_manager: User) -> None:
    waiting = adjustment_asked(east_clerk, bank=east, at=now())

    assert "Declined." in decide(signed_in(east_manager), "decline_them", waiting)

    waiting.refresh_from_db()
    assert waiting.state == ApprovalState.DECLINED
