"""The admin's first page: today's points by hour, what is under way, what waits; of the actor's banks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from branches.access import Scope, scope_of
from branches.admin_base import actor_of
from core.clock import alliance_day, now
from core.limits import COUNTED_AT_MOST, IMPORTS_SHOWN
from decisions.access import approvals_waiting_for
from earning.queries import earned_by_hour, undecided_events
from identity.models import User
from imports.access import imports_for
from imports.choices import ImportState
from imports.models import FileImport
from imports.pace import pace_of, pace_text
from points.audit.result import Checked
from points.queries import waiting_facts
from redemptions.queries import redeemed_by_hour
from settlements.models import BusinessDay
from settlements.queries import last_closed
from web.staff.banner import books_of
from web.staff.hours_chart import HoursChart, hours_chart

UNDER_WAY: Final = (ImportState.QUEUED, ImportState.RUNNING)


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart with its title."""

    name: str
    title: Promise | str
    chart: HoursChart


@dataclass(frozen=True, slots=True)
class ImportShown:
    """A file being taken in, how far it is in percent, and its pace in words."""

    file: FileImport
    percent: int
    pace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What the page shows; plain values, no query is left to the template."""

    at: datetime
    panels: tuple[Panel, ...]
    imports: list[ImportShown]
    waiting_events: int
    paused_events: int
    approvals: int
    waiting_facts: int | None  # None for those who see single banks: the sealer is the alliance's
    counted_at_most: int
    closed: BusinessDay | None
    books: Checked | None

    @property
    def hours(self) -> list[tuple[str, list[int]]]:
        """The rows of the table behind the charts: the hour, and each panel's points."""
        together = zip(*(panel.chart.bars for panel in self.panels), strict=True)
        return [(bars[0].span, [bar.points for bar in bars]) for bars in together if any(bar.points for bar in bars)]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the dashboard to the context of the admin's index, as Unfold asks for it."""
    return {**context, "title": _("Today"), "dashboard": _dashboard(actor=actor_of(request), books=books_of(request).checked, at=now())}


def _dashboard(*, actor: User, books: Checked | None, at: datetime) -> Dashboard:
    scope = scope_of(user=actor)
    banks = None if scope.everywhere else scope.banks
    today = alliance_day(at)
    undecided = undecided_events(banks=banks, most=COUNTED_AT_MOST)
    return Dashboard(
        at=at,
        panels=(
            Panel("earned", _("Points earned today"), hours_chart(earned_by_hour(day=today, banks=banks))),
            Panel("redeemed", _redeemed_title(scope), hours_chart(redeemed_by_hour(day=today, banks=banks))),
        ),
        imports=_imports_under_way(actor),
        waiting_events=undecided.waiting,
        paused_events=undecided.paused,
        approvals=approvals_waiting_for(actor=actor, at=at)[:COUNTED_AT_MOST].count(),
        waiting_facts=waiting_facts(most=COUNTED_AT_MOST) if scope.everywhere else None,
        counted_at_most=COUNTED_AT_MOST,
        closed=last_closed(),
        books=books if scope.everywhere else None,
    )


def _redeemed_title(scope: Scope) -> Promise | str:
    return _("Points redeemed today") if scope.everywhere else _("Points redeemed today at our merchants")


def _imports_under_way(actor: User) -> list[ImportShown]:
    files = imports_for(actor=actor).filter(state__in=UNDER_WAY).select_related("bank").order_by("-made_at")[:IMPORTS_SHOWN]
    paces = [(file, pace_of(file_import=file)) for file in files]
    return [ImportShown(file, pace.percent, pace_text(pace)) for file, pace in paces]
