"""Which requests a member of staff may see, and which they may decide."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from branches.access import grants_of, one, scope_of
from branches.choices import Role
from branches.models import StaffRole
from decisions.choices import ApprovalState
from decisions.decision import declared
from decisions.models import Approval
from identity.models import User


def approvals_for(*, actor: User) -> QuerySet[Approval]:
    """Requests about the actor's places, decided ones too."""
    return Approval.objects.filter(scope_of(user=actor).within(bank="bank", branch="branch"))


def approvals_decided_by(*, actor: User) -> QuerySet[Approval]:
    """Requests that the actor's roles may decide, at the places of these roles; decided ones too."""
    may = [_decided_as(grant) for grant in grants_of(user=actor)]
    return Approval.objects.filter(reduce(or_, may)) if may else Approval.objects.none()


def approvals_waiting_for(*, actor: User, at: datetime) -> QuerySet[Approval]:
    """Requests of others that wait for somebody like the actor, and don't concern the actor."""
    waiting = approvals_decided_by(actor=actor).filter(state=ApprovalState.WAITING, expires_at__gt=at)
    return waiting.exclude(maker=actor).exclude(concerns=actor)


def approval_for(*, actor: User, approval_id: UUID) -> Approval:
    """
    The request of that id, if it is about one of the actor's places.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(approvals_for(actor=actor).filter(pk=approval_id))


def _decided_as(role: StaffRole) -> Q:
    actions = [decision.action for decision in declared().values() if Role(role.role) in decision.decided_by]
    if role.branch_id is not None:
        return Q(action__in=actions, branch=role.branch_id)
    return Q(action__in=actions) if role.bank_id is None else Q(action__in=actions, bank=role.bank_id)
