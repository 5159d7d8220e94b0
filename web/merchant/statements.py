"""A merchant's statements: months with their totals, days, lines, and the same as files for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import now
from core.errors import NotFound
from core.limits import PAGE_SIZE
from core.sheets import attachment
from merchants.models import Cashier
from points.log.seals import seal_of_number
from settlements.access import line_of_till, statement_of_till
from settlements.citing import citation_of
from settlements.models import MerchantLinePart, MerchantStatement
from settlements.queries import MonthOfStatements, lines_of, months_of_merchant, statements_of_merchant
from settlements.sheets import SHEETS
from web.merchant.actors import till_page
from web.merchant.showing import line_story, statement_line
from web.merchant.tills import OUTLET_DIGITS

FILE: Final = "file"  # `?file=1` asks for what the page shows as CSV


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCard:
    """A month: what it comes to as a whole, and those of its statements that stand on this page."""

    whole: MonthOfStatements
    statements: Sequence[MerchantStatement]


@require_safe
@till_page
def show_statements(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """The merchant's closed days by month, newest first; `?before=` asks for earlier ones, `?file=2026-11` for a month's file."""
    merchant_id = cashier.outlet.merchant_id
    if FILE in request.GET:
        month = _day(f"{request.GET[FILE]}-01")
        assert month is not None, "a text that is not empty is a day or none at all"
        of_month = MerchantStatement.objects.filter(merchant_id=merchant_id, day__day__year=month.year, day__day__month=month.month)
        return _file(cashier, "merchants", of_month, called=f"statements-{month:%Y-%m}")
    before = _day(request.GET.get("before", ""))
    found = statements_of_merchant(merchant_id=merchant_id, before=before, limit=PAGE_SIZE + 1)
    more = found[PAGE_SIZE - 1].day_id if len(found) > PAGE_SIZE else None
    told = {"cashier": cashier, "months": _months(merchant_id, found[:PAGE_SIZE]), "more": more, "first": before is None}
    return render(request, "merchant/statements.html", told)


@require_safe
@till_page
def show_statement(request: HttpRequest, cashier: Cashier, statement_id: UUID) -> HttpResponse:
    """One closed day with its lines in the sealed order; `?after=` asks for the next ones, `?file=1` for all as a file."""
    statement = statement_of_till(cashier=cashier, statement_id=statement_id)
    if FILE in request.GET:
        parts = MerchantLinePart.objects.filter(line__statement=statement)
        return _file(cashier, "merchant_lines", parts, called=f"statement-{statement.day_id}")
    after = _number(request.GET.get("after", ""))
    found = list(lines_of(statement=statement).select_related("redemption__outlet", "statement").filter(number__gt=after)[: PAGE_SIZE + 1])
    more = found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else None
    lines = [statement_line(line) for line in found[:PAGE_SIZE]]
    told = {"cashier": cashier, "statement": statement, "lines": lines, "more": more, "first": after == 0}
    told["citation"] = citation_of(day=statement.day)
    return render(request, "merchant/statement.html", told)


@require_safe
@till_page
def show_line(request: HttpRequest, cashier: Cashier, number: int) -> HttpResponse:
    """One line of a statement opened to its receipt."""
    story = line_story(line_of_till(cashier=cashier, number=number), outlet_id=cashier.outlet_id)
    return render(request, "merchant/line.html", {"cashier": cashier, "story": story, "seal": seal_of_number(number=number)})


def _months(merchant_id: UUID, statements: Sequence[MerchantStatement]) -> list[MonthCard]:
    if not statements:
        return []
    wholes = months_of_merchant(merchant_id=merchant_id, first=statements[-1].day_id, last=statements[0].day_id)
    by_month = groupby(statements, key=lambda statement: statement.day_id.replace(day=1))
    return [MonthCard(whole=wholes[first_day], statements=list(group)) for first_day, group in by_month]


def _file(cashier: Cashier, sheet: str, rows: QuerySet[Any], *, called: str) -> HttpResponse:
    record_security_event(SecurityEventKind.EXPORT_DOWNLOADED, at=now(), actor_id=cashier.user_id, details={"file": called})
    headers = {"Content-Disposition": attachment(f"{called}.csv")}
    return HttpResponse(SHEETS[sheet].lines(rows=rows), content_type="text/csv; charset=utf-8", headers=headers)


def _day(text: str) -> date | None:
    """
    The day that was asked for; None if none was.

    :raises NotFound: if it can't be one.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound from None


def _number(text: str) -> int:
    """
    The number that was asked for; zero if none was.

    :raises NotFound: if it can't be one.
    """
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= OUTLET_DIGITS):
        raise NotFound
    return int(text)
