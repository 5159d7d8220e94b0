"""For whom a command acts, and that this person may: a name on the command line gives nobody a power."""

from __future__ import annotations

from django.core.management.base import CommandError

from branches.access import acting_as, banks_for, scope_of
from branches.choices import Role
from branches.models import Bank
from identity.commands import actor_of_command
from identity.models import User

NOT_THEIRS = 2


def staff_of_command(username: str, *, roles: frozenset[Role], bank: Bank | None = None) -> User:
    """
    Who acts by this name with one of these roles at the bank, or for the whole alliance if none is named; the system without a name.

    :raises CommandError: if nobody signs in by that name, or none of their grants is enough.
    """
    actor = actor_of_command(username)
    limited = acting_as(actor=actor, roles=roles)
    there = scope_of(user=limited).everywhere if bank is None else banks_for(actor=limited).filter(pk=bank.pk).exists()
    if username and not there:
        place = "the alliance" if bank is None else bank.name
        raise CommandError(f"{username} holds no role for this at {place}. Name somebody who does.", returncode=NOT_THEIRS)
    return actor
