"""
What a member of staff may see: the whole alliance, whole banks, or single branches.

Every list for an actor starts here. A row outside of it is not refused but absent: "not yours" is "not found".

A grant is a role at a place. Two grants give what each of them gives, and nothing more: whoever asks what a role allows
asks with the grants of that role only (`acting_as`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet, Value

from branches.choices import ApprovalAction, ApprovalState, Role
from branches.models import Alliance, Approval, Bank, Branch, FileImport, FileImportError, Neighborhood, StaffRole
from core.errors import NotFound
from identity.models import User

M = TypeVar("M", bound=Model)

OPERATORS: Final = frozenset({Role.OPERATOR})
BANK_MANAGERS: Final = OPERATORS | {Role.BANK_MANAGER}
BRANCH_DECIDES: Final = frozenset({Role.BANK_MANAGER, Role.BRANCH_MANAGER})
# Who may decide what another one asked for, each at their own places. What guards the other banks is the operator's.
DECIDED_BY: Final[dict[ApprovalAction, frozenset[Role]]] = {
    ApprovalAction.ADJUST: BRANCH_DECIDES,
    ApprovalAction.TERMS: frozenset({Role.OPERATOR, Role.BANK_MANAGER}),
    ApprovalAction.EXPOSURE_CAP: frozenset({Role.OPERATOR}),
    ApprovalAction.LIFT_SUSPENSION: frozenset({Role.OPERATOR}),
    ApprovalAction.UNFREEZE: BRANCH_DECIDES | {Role.OPERATOR},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a member of staff works, from the grants they hold now."""

    everywhere: bool
    whole_banks: frozenset[int]
    branches: frozenset[int]
    branch_banks: frozenset[int]

    @property
    def banks(self) -> frozenset[int]:
        """Banks they work for, wholly or at one branch."""
        return self.whole_banks | self.branch_banks

    def within(self, *, bank: str, branch: str) -> Q:
        """Rows of whole banks by `bank`, and rows of single branches by `branch` (paths to the foreign keys)."""
        if self.everywhere:
            return Q()
        return Q(**{f"{bank}__in": self.whole_banks}) | Q(**{f"{branch}__in": self.branches})

    def of_banks(self, *, bank: str, whole: bool = True) -> Q:
        """Rows of banks by `bank` (path to the foreign key); `whole`: only of banks they work for wholly."""
        if self.everywhere:
            return Q()
        return Q(**{f"{bank}__in": self.whole_banks if whole else self.banks})


def roles_of(*, user: User) -> QuerySet[StaffRole]:
    """The roles a user holds now; none for someone who may not sign in."""
    if not user.is_active or not user.is_staff:
        return StaffRole.objects.none()
    return StaffRole.objects.filter(user=user, ended_at__isnull=True)


def with_roles(*, user: User) -> User:
    """The user of one request, in which the roles are asked for many times, with those they hold now; read once."""
    if not hasattr(user, "roles_now"):
        user.roles_now = list(roles_of(user=user))  # type: ignore[attr-defined]  # dies with the request
    return user


def grants_of(*, user: User) -> list[StaffRole]:
    """The grants the user holds now, read anew each time: an ended role ends at once. Only a request keeps what it has read."""
    kept: list[StaffRole] | None = getattr(user, "roles_now", None)
    return list(roles_of(user=user)) if kept is None else kept


def acting_as(*, actor: User, roles: Collection[Role]) -> User:
    """The actor with only those of their grants that have one of these roles."""
    return _with(actor, [grant for grant in grants_of(user=actor) if grant.role in roles])


def each_grant(*, actor: User) -> list[User]:
    """The actor once for each of their grants, with that grant only."""
    return [_with(actor, [grant]) for grant in grants_of(user=actor)]


def seeing(*, actor: User, rows: Callable[..., QuerySet[Any]], pk: object) -> User:
    """The actor with only those of their grants that show this row; one query, and none for a single grant."""
    grants = grants_of(user=actor)
    if len(grants) < 2:  # noqa: PLR2004
        return actor
    found = [
        rows(actor=_with(actor, [grant])).filter(pk=pk).prefetch_related(None).order_by().values_list(Value(place))
        for place, grant in enumerate(grants)
    ]
    shown = found[0].union(*found[1:], all=True)
    return _with(actor, [grants[place] for (place,) in shown])


def _with(user: User, grants: list[StaffRole]) -> User:
    limited = copy(user)
    limited.roles_now = grants  # type: ignore[attr-defined]  # as `with_roles` keeps them
    return limited


def scope_of(*, user: User) -> Scope:
    """Where the user works."""
    held = grants_of(user=user)
    return Scope(
        everywhere=any(role.bank_id is None for role in held),
        whole_banks=frozenset(role.bank_id for role in held if role.bank_id is not None and role.branch_id is None),
        branches=frozenset(role.branch_id for role in held if role.branch_id is not None),
        branch_banks=frozenset(role.bank_id for role in held if role.bank_id is not None and role.branch_id is not None),
    )


def alliances_for(*, actor: User) -> QuerySet[Alliance]:
    """The alliance, for whoever works in it."""
    scope = scope_of(user=actor)
    return Alliance.objects.all() if scope.everywhere else Alliance.objects.filter(banks__in=scope.banks).distinct()


def banks_for(*, actor: User) -> QuerySet[Bank]:
    """Banks the actor works for; all of them for the alliance's own staff."""
    return Bank.objects.filter(scope_of(user=actor).of_banks(bank="pk", whole=False))


def branches_for(*, actor: User) -> QuerySet[Branch]:
    """Branches the actor works for."""
    return Branch.objects.filter(scope_of(user=actor).within(bank="bank", branch="pk"))


def neighborhoods_for(*, actor: User) -> QuerySet[Neighborhood]:
    """Neighborhoods of the actor's branches."""
    return Neighborhood.objects.filter(scope_of(user=actor).within(bank="branch__bank", branch="branch"))


def staff_roles_for(*, actor: User) -> QuerySet[StaffRole]:
    """Roles at the actor's places, ended ones too."""
    return StaffRole.objects.filter(scope_of(user=actor).within(bank="bank", branch="branch"))


def staff_for(*, actor: User) -> QuerySet[User]:
    """Staff with a role, now or before, at the actor's places."""
    scope = scope_of(user=actor)
    if scope.everywhere:
        return User.objects.filter(is_staff=True)
    return User.objects.filter(is_staff=True, roles__in=staff_roles_for(actor=actor)).distinct()


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


def imports_for(*, actor: User) -> QuerySet[FileImport]:
    """Files handed in for the banks the actor works for wholly."""
    return FileImport.objects.filter(scope_of(user=actor).of_banks(bank="bank"))


def import_errors_for(*, actor: User) -> QuerySet[FileImportError]:
    """Row errors of those files."""
    return FileImportError.objects.filter(scope_of(user=actor).of_banks(bank="file_import__bank"))


def bank_for(*, actor: User, code: str) -> Bank:
    """
    The bank of that code, if the actor works for it.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(banks_for(actor=actor).filter(code=code))


def branch_for(*, actor: User, branch_id: int) -> Branch:
    """
    The branch of that id, if the actor works for it.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(branches_for(actor=actor).filter(pk=branch_id))


def import_for(*, actor: User, import_id: UUID) -> FileImport:
    """
    The file import of that id, if the actor works for its bank.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(imports_for(actor=actor).filter(pk=import_id))


def approval_for(*, actor: User, approval_id: UUID) -> Approval:
    """
    The request of that id, if it is about one of the actor's places.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(approvals_for(actor=actor).filter(pk=approval_id))


def issuers_seen_by(*, actor: User) -> Collection[UUID] | None:
    """Issuers whose points the actor may see in a wallet; None means all of them."""
    scope = scope_of(user=actor)
    if scope.everywhere:
        return None
    return list(Bank.objects.filter(pk__in=scope.banks).values_list("issuer_id", flat=True))


def one(rows: QuerySet[M]) -> M:
    """
    The one row, or the answer that is the same for "none" and "not yours".

    :raises NotFound: if there is none.
    """
    row = rows.first()
    if row is None:
        raise NotFound
    return row


def _decided_as(role: StaffRole) -> Q:
    actions = [action for action, roles in DECIDED_BY.items() if Role(role.role) in roles]
    if role.branch_id is not None:
        return Q(action__in=actions, branch=role.branch_id)
    return Q(action__in=actions) if role.bank_id is None else Q(action__in=actions, bank=role.bank_id)
