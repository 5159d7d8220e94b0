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
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet, Value

from branches.choices import Role
from branches.models import Alliance, Bank, Branch, Neighborhood, StaffRole
from core.errors import NotFound
from identity.models import User

M = TypeVar("M", bound=Model)

OPERATORS: Final = frozenset({Role.OPERATOR})
BANK_MANAGERS: Final = OPERATORS | {Role.BANK_MANAGER}
BRANCH_MANAGERS: Final = frozenset({Role.BANK_MANAGER, Role.BRANCH_MANAGER})
NOBODY: Final[frozenset[Role]] = frozenset()
ALLIANCE_STAFF: Final = frozenset({Role.OPERATOR, Role.AUDITOR})
BANK_STAFF: Final = ALLIANCE_STAFF | {Role.BANK_MANAGER}
ALL_STAFF: Final = frozenset(Role)
MANAGERS: Final = frozenset({Role.OPERATOR, Role.BANK_MANAGER, Role.BRANCH_MANAGER})
DESK: Final = frozenset({Role.BANK_MANAGER, Role.BRANCH_MANAGER, Role.CLERK})


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
    grants = grants_of(user=user)
    return Scope(
        everywhere=any(role.bank_id is None for role in grants),
        whole_banks=frozenset(role.bank_id for role in grants if role.bank_id is not None and role.branch_id is None),
        branches=frozenset(role.branch_id for role in grants if role.branch_id is not None),
        branch_banks=frozenset(role.bank_id for role in grants if role.bank_id is not None and role.branch_id is not None),
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
