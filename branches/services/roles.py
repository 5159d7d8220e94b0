"""Who works where."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from branches.choices import Role
from branches.models import Bank, Branch, StaffRole
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.errors import DomainError, ErrorKind
from identity.models import User
from identity.services import end_sessions

OF_A_BRANCH = frozenset({Role.BRANCH_MANAGER, Role.CLERK})
OF_A_BANK = frozenset({Role.BANK_MANAGER})


class RolePlaceWrong(DomainError):
    """The role does not go with the place named."""

    code = "role_place_wrong"
    kind = ErrorKind.INVALID
    message = _("Operators belong to no bank, bank managers to a bank, branch managers and clerks to a branch.")


class AuditorOnlyReads(DomainError):
    """One and the same person would audit and work."""

    code = "auditor_only_reads"
    kind = ErrorKind.CONFLICT
    message = _("An auditor only reads and holds no other role. End this person's present role first.")


class RoleHeldAlready(DomainError):
    """The user has this role at this place."""

    code = "role_held_already"
    kind = ErrorKind.CONFLICT
    message = _("This person has the role already.")


def grant_role(*, actor: User, user: User, role: Role, at: datetime, bank: Bank | None = None, branch: Branch | None = None) -> StaffRole:
    """
    Let a user work as `role`; a branch names its bank by itself.

    :raises RolePlaceWrong: if the role does not go with the place.
    :raises RoleHeldAlready: if the user has it.
    :raises AuditorOnlyReads: if the user would be an auditor and hold another role.
    """
    if branch is not None and bank is None:
        bank = branch.bank
    if not _fits(role, bank, branch):
        raise RolePlaceWrong
    try:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two grants to one person: one after the other
            if _audits_and_works(user, role):
                raise AuditorOnlyReads
            granted = StaffRole.objects.create(user=user, role=role, bank=bank, branch=branch, granted_at=at, granted_by=actor)
            record_security_event(SecurityEventKind.ROLE_GRANTED, at=at, actor_id=actor.pk, about=user, details=_told(granted))
            return granted
    except IntegrityError:
        raise RoleHeldAlready from None


def end_role(*, actor: User, role: StaffRole, at: datetime) -> StaffRole:
    """End a role; the user is signed out everywhere at once. Ending it again changes nothing."""
    with transaction.atomic():
        locked = StaffRole.objects.select_for_update(of=("self",)).select_related("user").get(pk=role.pk)
        if locked.ended_at is None:
            locked.ended_at, locked.ended_by = at, actor
            locked.save(update_fields=["ended_at", "ended_by"])
            record_security_event(SecurityEventKind.ROLE_ENDED, at=at, actor_id=actor.pk, about=locked.user, details=_told(locked))
            end_sessions(actor=actor, user=locked.user, at=at)
    return locked


def _audits_and_works(user: User, role: Role) -> bool:
    roles = StaffRole.objects.filter(user=user, ended_at__isnull=True)
    others = roles.exclude(role=Role.AUDITOR) if role == Role.AUDITOR else roles.filter(role=Role.AUDITOR)
    return others.exists()


def _fits(role: Role, bank: Bank | None, branch: Branch | None) -> bool:
    if role in OF_A_BRANCH:
        return branch is not None and bank is not None and branch.bank_id == bank.pk
    if role in OF_A_BANK:
        return bank is not None and branch is None
    return branch is None and (bank is None or role == Role.AUDITOR)


def _told(role: StaffRole) -> dict[str, int | str]:
    place = {"bank": role.bank_id, "branch": role.branch_id}
    return {"role": role.role, **{name: key for name, key in place.items() if key is not None}}
