"""Statements as CSV for spreadsheets: UTF-8 with a byte-order mark, amounts in yuan, texts that start no formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model, QuerySet

from core.clock import moment_cell
from core.limits import SHEET_ROWS_AT_ONCE
from core.sheets import Cell, sheet_line
from identity.models import User
from redemptions.receipts import receipt_number
from settlements import access
from settlements.models import IssuerLine, IssuerStatement, MerchantLinePart, MerchantStatement, NetPayment, NetPosition

BYTE_ORDER_MARK: Final = "\ufeff"
MINOR_DIGITS: Final = 2
Row = Iterable[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of CSV file: its columns, what an actor may see of it, and how a row becomes cells."""

    name: str
    columns: tuple[str, ...]
    model: type[Model]
    seen: Callable[..., QuerySet[Any]]
    cells: Callable[[Any], Row]
    day: str
    related: tuple[str, ...]
    order: tuple[str, ...]

    def whole_day(self, *, day: date) -> QuerySet[Any]:
        """All rows of a day."""
        return QuerySet(self.model).filter(**{self.day: day})

    def seen_of_day(self, *, actor: User, day: date) -> QuerySet[Any]:
        """What the actor may see of a day."""
        return self.seen(actor=actor).filter(**{self.day: day})

    def lines(self, *, rows: QuerySet[Any]) -> Iterator[str]:
        """The file, line by line, for rows however many."""
        yield BYTE_ORDER_MARK + sheet_line(self.columns)
        for row in rows.select_related(*self.related).order_by(*self.order).iterator(chunk_size=SHEET_ROWS_AT_ONCE):
            yield sheet_line(self.cells(row))


def _merchant(row: MerchantStatement) -> Row:
    amounts = (row.amount_minor, row.carried_in_minor, row.payable_minor, row.carried_out_minor)
    return (str(row.day_id), row.merchant.display_name, row.acquirer.code, row.points, *map(_money, amounts))


def _merchant_part(row: MerchantLinePart) -> Row:
    line = row.line
    receipt = receipt_number(line.redemption_id) if line.redemption_id else ""
    fact = (str(line.statement.day_id), line.statement.merchant.display_name, line.number, receipt, str(line.transfer_id), line.reason)
    return (*fact, moment_cell(line.effective_at), moment_cell(line.recorded_at), row.issuer.code, row.points, _money(row.amount_minor))


def _issuer(row: IssuerStatement) -> Row:
    amounts = (row.amount_minor, row.own_minor, row.away_minor)
    return (str(row.day_id), row.bank.code, row.points, *map(_money, amounts), row.fee_bps, _money(row.fee_minor))


def _issuer_line(row: IssuerLine) -> Row:
    return (
        str(row.statement.day_id),
        row.statement.bank.code,
        row.merchant.display_name,
        row.acquirer.code,
        row.points,
        _money(row.amount_minor),
    )


def _position(row: NetPosition) -> Row:
    return (str(row.day_id), row.bank.code, *map(_money, (row.owed_minor, row.owes_minor, row.net_minor, row.fee_minor)))


def _payment(row: NetPayment) -> Row:
    return (str(row.day_id), row.payer.code, row.payee.code, _money(row.amount_minor))


SHEETS: Final = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "merchants",
            ("day", "merchant", "acquirer", "points", "amount", "carried_in", "payable", "carried_out"),
            MerchantStatement,
            access.merchant_statements_for,
            _merchant,
            "day",
            ("merchant", "acquirer"),
            ("day", "merchant__name", "pk"),
        ),
        Sheet(
            "merchant_lines",
            ("day", "merchant", "number", "receipt", "transfer", "reason", "happened_at", "recorded_at", "issuer", "points", "amount"),
            MerchantLinePart,
            access.line_parts_for,
            _merchant_part,
            "line__statement__day",
            ("line__statement__merchant", "issuer"),
            ("line", "issuer__code"),
        ),
        Sheet(
            "issuers",
            ("day", "bank", "points", "amount", "own", "away", "fee_bps", "fee"),
            IssuerStatement,
            access.issuer_statements_for,
            _issuer,
            "day",
            ("bank",),
            ("day", "bank__code"),
        ),
        Sheet(
            "issuer_lines",
            ("day", "bank", "merchant", "acquirer", "points", "amount"),
            IssuerLine,
            access.issuer_lines_for,
            _issuer_line,
            "statement__day",
            ("statement__bank", "merchant", "acquirer"),
            ("statement__day", "statement__bank__code", "merchant__name", "pk"),
        ),
        Sheet(
            "positions",
            ("day", "bank", "owed", "owes", "net", "fee"),
            NetPosition,
            access.positions_for,
            _position,
            "day",
            ("bank",),
            ("day", "bank__code"),
        ),
        Sheet(
            "netting",
            ("day", "payer", "payee", "amount"),
            NetPayment,
            access.payments_for,
            _payment,
            "day",
            ("payer", "payee"),
            ("day", "payer__code", "payee__code"),
        ),
    )
}


def _money(amount_minor: int) -> Decimal:
    return Decimal(amount_minor).scaleb(-MINOR_DIGITS)
