"""
What an actor may see of rules and events.

Rules are seen by all who work for the bank. Events and awards are seen through the bank link they belong to: by the
whole bank's staff, and by those of its branch. Events nobody is known for, and conflicts, are the whole bank's.
"""

from __future__ import annotations

from django.db.models import QuerySet

from branches.access import scope_of
from earning.models import Award, Cancellation, Event, EventConflict, Rule, RuleVersion
from identity.models import User


def rules_for(*, actor: User) -> QuerySet[Rule]:
    """Rules of the banks the actor works for."""
    return Rule.objects.filter(scope_of(user=actor).of_banks(bank="bank", whole=False))


def rule_versions_for(*, actor: User) -> QuerySet[RuleVersion]:
    """Their versions."""
    return RuleVersion.objects.filter(scope_of(user=actor).of_banks(bank="rule__bank", whole=False))


def events_for(*, actor: User) -> QuerySet[Event]:
    """Events of the actor's banks, or of their branch's residents."""
    return Event.objects.filter(scope_of(user=actor).within(bank="bank", branch="link__branch"))


def awards_for(*, actor: User) -> QuerySet[Award]:
    """What these events gave."""
    return Award.objects.filter(scope_of(user=actor).within(bank="event__bank", branch="event__link__branch"))


def cancellations_for(*, actor: User) -> QuerySet[Cancellation]:
    """What the bank cancelled of these events."""
    return Cancellation.objects.filter(scope_of(user=actor).within(bank="event__bank", branch="event__link__branch"))


def conflicts_for(*, actor: User) -> QuerySet[EventConflict]:
    """Event ids that were sent with two contents, of the banks the actor works for wholly."""
    return EventConflict.objects.filter(scope_of(user=actor).of_banks(bank="event__bank"))
