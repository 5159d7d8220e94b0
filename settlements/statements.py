"""
Write the statements of one business day, from the sealed redemptions of its numbers.

First the sums, by merchant and issuer: from them come merchants' statements, issuers' statements and the netting, each
written once with its final values. Then the lines, window by window, inside the database. Memory grows with the number of
merchants and banks, not with the number of redemptions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection

from branches.models import Bank
from core.limits import CLOSING_NUMBERS_AT_ONCE
from core.money import share
from merchants.models import Merchant
from points.queries import SEALED_REDEMPTIONS, redeemed_points
from settlements.models import BusinessDay, IssuerLine, IssuerStatement, MerchantStatement, NetPayment, NetPosition
from settlements.netting import payments
from settlements.queries import carried_to

Moved = Callable[[int, int], None]  # numbers written so far, numbers in all
Sums = Mapping[tuple[Merchant, Bank], int]  # points redeemed at a merchant, by issuing bank; one point is one minor unit

WRITE_LINES: Final = (
    (Path(__file__).parent / "sql" / "write_lines.sql").read_text(encoding="utf-8").format(sealed_redemptions=SEALED_REDEMPTIONS)
)


def write_statements(*, day: BusinessDay, moved: Moved) -> None:
    """Write all that a day owes: merchants' statements with their lines, issuers' statements, the netting between banks."""
    sums = _sums(redeemed_points(after=day.number_after, upto=day.number_upto))
    _write_merchant_statements(day, sums)
    _write_issuer_statements(day, sums)
    _write_netting(day, sums)
    _write_lines(day, moved)


def _sums(redeemed: Mapping[tuple[UUID, UUID], int]) -> Sums:
    merchants = Merchant.objects.filter(party_id__in={party for party, _issuer in redeemed}).in_bulk(field_name="party_id")
    issuers = {issuer for _party, issuer in redeemed}
    banks = Bank.objects.filter(issuer_id__in=issuers).select_related("alliance").in_bulk(field_name="issuer_id")
    return {(merchants[party], banks[issuer]): points for (party, issuer), points in redeemed.items()}


def _write_merchant_statements(day: BusinessDay, sums: Sums) -> None:
    points: Counter[Merchant] = Counter()
    for (merchant, _bank), redeemed in sums.items():
        points[merchant] += redeemed
    carried = carried_to(merchants=list(points))
    MerchantStatement.objects.bulk_create(
        MerchantStatement(
            day=day,
            merchant=merchant,
            acquirer_id=merchant.acquirer_id,
            points=redeemed,
            amount_minor=redeemed,
            carried_in_minor=carried[merchant.pk],
            payable_minor=max(carried[merchant.pk] + redeemed, 0),
            carried_out_minor=min(carried[merchant.pk] + redeemed, 0),
        )
        for merchant, redeemed in points.items()
    )


def _write_issuer_statements(day: BusinessDay, sums: Sums) -> None:
    statements: dict[Bank, IssuerStatement] = {}
    for merchant, bank in sums:
        statement = statements.setdefault(bank, IssuerStatement(day=day, bank=bank, own_minor=0, away_minor=0))
        if merchant.acquirer_id == bank.pk:
            statement.own_minor += sums[merchant, bank]
        else:
            statement.away_minor += sums[merchant, bank]
    for statement in statements.values():
        statement.points = statement.amount_minor = statement.own_minor + statement.away_minor
        statement.fee_bps = statement.bank.alliance.fee_bps
        statement.fee_minor = share(statement.away_minor, rate_bps=statement.fee_bps)
    IssuerStatement.objects.bulk_create(statements.values())
    IssuerLine.objects.bulk_create(
        IssuerLine(statement=statements[bank], merchant=merchant, acquirer_id=merchant.acquirer_id, points=points, amount_minor=points)
        for (merchant, bank), points in sums.items()
    )


def _write_netting(day: BusinessDay, sums: Sums) -> None:
    """Only points redeemed at another bank's merchants become a debt: a bank pays its own merchants directly."""
    owed: Counter[int] = Counter()
    owes: Counter[int] = Counter()
    for (merchant, bank), points in sums.items():
        if merchant.acquirer_id != bank.pk:
            owed[merchant.acquirer_id] += points
            owes[bank.pk] += points
    fees = dict(IssuerStatement.objects.filter(day=day).values_list("bank_id", "fee_minor"))
    banks = sorted(fees.keys() | owed.keys())
    NetPosition.objects.bulk_create(
        NetPosition(
            day=day,
            bank_id=bank,
            owed_minor=owed[bank],
            owes_minor=owes[bank],
            net_minor=owed[bank] - owes[bank],
            fee_minor=fees.get(bank, 0),
        )
        for bank in banks
    )
    NetPayment.objects.bulk_create(
        NetPayment(day=day, payer_id=payment.payer, payee_id=payment.payee, amount_minor=payment.amount_minor)
        for payment in payments({bank: owed[bank] - owes[bank] for bank in banks})
    )


def _write_lines(day: BusinessDay, moved: Moved) -> None:
    with connection.cursor() as cursor:
        for start in range(day.number_after, day.number_upto, CLOSING_NUMBERS_AT_ONCE):
            end = min(start + CLOSING_NUMBERS_AT_ONCE, day.number_upto)
            cursor.execute(WRITE_LINES, {"day": day.day, "after": start, "upto": end})
            moved(end - day.number_after, day.number_upto - day.number_after)
