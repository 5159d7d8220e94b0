"""A resident's history: month by month, by the time it shows, and as much of it as was asked for."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import alliance_day, day_starts, now
from core.errors import NotFound
from core.limits import HISTORY_LINES, HISTORY_MONTHS
from points.queries import WAYS, HistoryAsked, history_by_time
from redemptions.queries import outlets_of_resident, transfers_at
from residents.models import Resident
from residents.queries import wallets_of
from web.resident.actors import resident_page
from web.resident.showing import by_month, lines, months

MONTH: Final = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")


@require_safe
@resident_page
def show_history(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What moved, newest first; `?way=`, `?outlet=` and `?month=` ask for some of it, `?before=` for the next page."""
    at, wallets = now(), wallets_of(resident=resident)
    today = alliance_day(at)
    chosen = {name: request.GET[name] for name in ("way", "outlet", "month") if request.GET.get(name)}
    outlets = outlets_of_resident(resident=resident)
    before = _transfer_id(request.GET.get("before", ""))
    found = history_by_time(*wallets, asked=_asked(chosen, before, resident, outlets), limit=HISTORY_LINES + 1)
    shown = lines(found[:HISTORY_LINES], resident=resident, today=today)
    told = {
        "months": by_month(shown),
        "more": urlencode({**chosen, "before": shown[-1].id}) if len(found) > HISTORY_LINES else "",
        "chart": None if before or chosen else months(wallets=wallets, at=at),
        "first": before is None,
        "chosen": chosen,
        "outlets": [(str(pk), name) for pk, name in outlets.items()],
        "days": _months_until(today),
    }
    return render(request, "resident/history.html", told)


def _asked(chosen: dict[str, str], before: UUID | None, resident: Resident, outlets: dict[int, str]) -> HistoryAsked:
    """
    What was asked for.

    :raises NotFound: if it can't be meant so.
    """
    way, outlet = chosen.get("way", ""), chosen.get("outlet", "")
    if (way and way not in WAYS) or (outlet and outlet not in {str(pk) for pk in outlets}):
        raise NotFound
    since, until = _month(chosen.get("month", ""))
    ids = transfers_at(resident=resident, outlet_id=int(outlet)) if outlet else None
    return HistoryAsked(before=before, since=since, until=until, ids=ids, way=way)


def _month(text: str) -> tuple[datetime | None, datetime | None]:
    if not text:
        return None, None
    found = MONTH.fullmatch(text)
    if found is None:
        raise NotFound
    first = date(int(found[1]), int(found[2]), 1)
    return day_starts(first), day_starts(_next_month(first))


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _months_until(today: date) -> list[date]:
    """The first days of the months one can choose, the latest first."""
    months = range(today.year * 12 + today.month - 1, today.year * 12 + today.month - 1 - HISTORY_MONTHS, -1)
    return [date(number // 12, number % 12 + 1, 1) for number in months]


def _transfer_id(text: str) -> UUID | None:
    """
    The transfer that was asked for; None if none was.

    :raises NotFound: if it can't be one.
    """
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None
