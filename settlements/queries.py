"""Named reads of closed days and their statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, DateField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from core.money import major
from merchants.models import Merchant
from settlements.models import BusinessDay, IssuerStatement, MerchantLine, MerchantStatement, NetPayment


def closed_day(*, day: date) -> BusinessDay | None:
    """The business day of that date, if it is closed."""
    return BusinessDay.objects.filter(day=day).first()


def last_closed() -> BusinessDay | None:
    """The latest closed day."""
    return BusinessDay.objects.order_by("-day").first()


def carried_to(*, merchants: Sequence[Merchant]) -> dict[UUID, int]:
    """What each merchant owes from earlier days, zero or negative; one index probe a merchant."""
    latest = MerchantStatement.objects.filter(merchant=OuterRef("pk")).order_by("-day").values("carried_out_minor")[:1]
    rows = Merchant.objects.filter(pk__in=[merchant.pk for merchant in merchants]).values_list("pk", Subquery(latest))
    return {merchant: carried or 0 for merchant, carried in rows}


def statements_of_merchant(*, merchant_id: UUID, limit: int, before: date | None = None) -> Sequence[MerchantStatement]:
    """A merchant's latest statements, the newest first; those of earlier days than `before`, when given."""
    statements = MerchantStatement.objects.filter(merchant_id=merchant_id)
    if before is not None:
        statements = statements.filter(day__lt=before)
    return list(statements.select_related("acquirer").order_by("-day")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfStatements:
    """What a merchant's statements of one month come to."""

    first_day: date
    days: int
    points: int
    payable_minor: int


def months_of_merchant(*, merchant_id: UUID, first: date, last: date) -> dict[date, MonthOfStatements]:
    """What a merchant's whole months from that of one day to that of another come to, by their first day; one query."""
    after = (last.replace(day=1) + timedelta(days=31)).replace(day=1)
    rows = MerchantStatement.objects.filter(merchant_id=merchant_id, day__gte=first.replace(day=1), day__lt=after)
    sums = rows.annotate(month=TruncMonth("day_id", output_field=DateField())).values("month")
    totals = sums.annotate(days=Count("pk"), all_points=Sum("points"), payable=Sum("payable_minor")).order_by("month")
    return {
        row["month"]: MonthOfStatements(first_day=row["month"], days=row["days"], points=row["all_points"], payable_minor=row["payable"])
        for row in totals
    }


def lines_of(*, statement: MerchantStatement) -> QuerySet[MerchantLine]:
    """A statement's lines in the sealed order, each with its issuers' parts."""
    return MerchantLine.objects.filter(statement=statement).prefetch_related("parts__issuer").order_by("number")


def summary_of(*, day: BusinessDay) -> str:
    """A closed day in one sentence."""
    payments = NetPayment.objects.filter(day=day).aggregate(count=Count("pk"), amount=Sum("amount_minor", default=0))
    return _(
        "%(day)s is closed: numbers %(first)s to %(last)s; merchant statements: %(merchants)s; issuer statements: %(issuers)s;"
        " payments between banks: %(payments)s, %(amount)s yuan in all."
    ) % {
        "day": day.day,
        "first": day.number_after + 1,
        "last": day.number_upto,
        "merchants": MerchantStatement.objects.filter(day=day).count(),
        "issuers": IssuerStatement.objects.filter(day=day).count(),
        "payments": payments["count"],
        "amount": major(payments["amount"]),
    }
