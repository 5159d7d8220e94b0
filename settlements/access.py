"""
What an actor may see of closed days.

A bank sees the statements of merchants it acquires, its own issuer statement, its own position and the payments it takes
part in; branch staff see the statements of their branch's merchants. The alliance's staff see all. That a day is closed
is no secret among staff.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from branches.access import grants_of, one, scope_of
from identity.models import User
from merchants.access import merchants_for
from merchants.models import Cashier
from settlements.models import (
    BusinessDay,
    IssuerLine,
    IssuerStatement,
    MerchantLine,
    MerchantLinePart,
    MerchantStatement,
    NetPayment,
    NetPosition,
)


def business_days_for(*, actor: User) -> QuerySet[BusinessDay]:
    """Closed days, for anyone who works in the alliance."""
    return BusinessDay.objects.all() if grants_of(user=actor) else BusinessDay.objects.none()


def merchant_statements_for(*, actor: User) -> QuerySet[MerchantStatement]:
    """Statements of the actor's merchants, as far as the actor's bank pays them."""
    scope = scope_of(user=actor)
    if scope.everywhere:
        return MerchantStatement.objects.all()
    of_branch = Q(acquirer=F("merchant__acquirer"), acquirer__in=scope.branch_banks, merchant__in=merchants_for(actor=actor))
    return MerchantStatement.objects.filter(Q(acquirer__in=scope.whole_banks) | of_branch)


def merchant_lines_for(*, actor: User) -> QuerySet[MerchantLine]:
    """Lines of those statements."""
    if scope_of(user=actor).everywhere:
        return MerchantLine.objects.all()
    return MerchantLine.objects.filter(statement__in=merchant_statements_for(actor=actor))


def line_parts_for(*, actor: User) -> QuerySet[MerchantLinePart]:
    """Which banks' points those lines are made of."""
    if scope_of(user=actor).everywhere:
        return MerchantLinePart.objects.all()
    return MerchantLinePart.objects.filter(line__statement__in=merchant_statements_for(actor=actor))


def issuer_statements_for(*, actor: User) -> QuerySet[IssuerStatement]:
    """What banks the actor works for wholly owe for their points."""
    return IssuerStatement.objects.filter(scope_of(user=actor).of_banks(bank="bank"))


def issuer_lines_for(*, actor: User) -> QuerySet[IssuerLine]:
    """Lines of those statements."""
    return IssuerLine.objects.filter(scope_of(user=actor).of_banks(bank="statement__bank"))


def positions_for(*, actor: User) -> QuerySet[NetPosition]:
    """Where those banks stand."""
    return NetPosition.objects.filter(scope_of(user=actor).of_banks(bank="bank"))


def payments_for(*, actor: User) -> QuerySet[NetPayment]:
    """What those banks pay or are paid."""
    scope = scope_of(user=actor)
    return NetPayment.objects.filter(scope.of_banks(bank="payer") | scope.of_banks(bank="payee"))


def business_day_for(*, actor: User, day: date) -> BusinessDay:
    """
    The closed day, if the actor works in the alliance.

    :raises NotFound: otherwise, and when it isn't closed.
    """
    return one(business_days_for(actor=actor).filter(day=day))


def statements_of_till(*, cashier: Cashier) -> QuerySet[MerchantStatement]:
    """Statements of the merchant a cashier works for."""
    return MerchantStatement.objects.filter(merchant=cashier.outlet.merchant_id)


def statement_of_till(*, cashier: Cashier, statement_id: UUID) -> MerchantStatement:
    """
    The statement of that id, if it is of the merchant a cashier works for.

    :raises NotFound: otherwise, and when there is none.
    """
    return one(statements_of_till(cashier=cashier).select_related("acquirer", "merchant", "day").filter(pk=statement_id))


def line_of_till(*, cashier: Cashier, number: int) -> MerchantLine:
    """
    The line of that number with its receipt's parties, if it is of a statement of the merchant a cashier works for.

    :raises NotFound: otherwise, and when there is none.
    """
    lines = MerchantLine.objects.filter(pk=number, statement__merchant=cashier.outlet.merchant_id)
    return one(lines.select_related("statement", "redemption__resident", "redemption__outlet__merchant", "redemption__undo"))
