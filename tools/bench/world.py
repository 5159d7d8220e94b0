"""Banks, rules and tills for measurements and trials, by the same services that staff use."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from branches.models import Alliance, Bank
from branches.services import admit_bank, found_alliance, open_branch, open_neighborhood
from core.clock import alliance_day, now
from earning.choices import RuleKind
from earning.services import activate_version, add_version, make_rule
from earning.services.rules import VersionTerms
from identity.services import system_actor

DAYS_BACK: Final = 200  # rules and terms begin before the oldest event


def make_bank(code: str, *, name: str = "", alliance: Alliance | None = None, months: int = 12) -> Bank:
    """A bank with one branch (`<code>-1`) that serves one neighborhood."""
    at = now()
    bank = admit_bank(
        actor=system_actor(),
        alliance=alliance or found_alliance(actor=system_actor(), name="Alliance"),
        code=code,
        name=name or code,
        months=months,
        grace_days=30,
        starts_on=first_day(),
        at=at,
    )
    branch = open_branch(actor=system_actor(), bank=bank, code=f"{code}-1", name=f"{code} 1")
    open_neighborhood(actor=system_actor(), branch=branch, code="N1", name="N1")
    return bank


def per_amount_rule(
    bank: Bank, *, code: str, event_type: str, points: int, per_minor: int, event_cap: int | None, day_cap: int | None
) -> None:
    """A rule in force that gives `points` for each full `per_minor`."""
    terms = VersionTerms(
        kind=RuleKind.PER_AMOUNT, points=points, per_minor=per_minor, event_cap=event_cap, day_cap=day_cap, starts_on=first_day()
    )
    at = now()
    rule = make_rule(actor=system_actor(), bank=bank, code=code, name=code, event_type=event_type)
    activate_version(actor=system_actor(), version=add_version(actor=system_actor(), rule=rule, terms=terms, at=at), at=at)


def first_day() -> date:
    """The day on which rules and terms begin."""
    return alliance_day(now()) - timedelta(days=DAYS_BACK)
