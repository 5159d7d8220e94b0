"""What cashiers' templates show: plain values, made from what the reads answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import alliance_day
from points.choices import Reason
from redemptions.models import Redemption
from redemptions.queries import GivenBack, Part, Receipt, givings_of, parts_of, receipt_of
from redemptions.receipts import receipt_number
from settlements.models import MerchantLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptStory:
    """A receipt opened: what was taken, whose points, what was given back and why, whether it is of today, and can be undone."""

    receipt: Receipt
    parts: Sequence[Part]
    givings: Sequence[GivenBack]
    today: bool
    can_undo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a statement; `day` is told when it is another than the statement's."""

    number: int
    receipt: str
    outlet: str
    points: int
    amount_minor: int
    at: datetime
    back: bool
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStory:
    """A line opened to its receipt."""

    line: Line
    receipt: Receipt | None
    here: bool  # the receipt is of the outlet that looks at it, and can be opened there
    parts: Sequence[Part]
    statement_id: object
    statement_day: date
    recorded_at: datetime


def receipt_story(redemption: Redemption, *, at: datetime) -> ReceiptStory:
    """One receipt with all that explains it."""
    receipt = receipt_of(redemption)
    today = is_of_today(redemption, at=at)
    return ReceiptStory(
        receipt=receipt,
        parts=parts_of(redemption),
        givings=givings_of(redemption) if receipt.given_back else [],
        today=today,
        can_undo=today and receipt.left > 0,
    )


def is_of_today(redemption: Redemption, *, at: datetime) -> bool:
    """Whether it stands on the page of today; if not, on a statement."""
    return alliance_day(at) == alliance_day(redemption.redeemed_at)


def statement_line(line: MerchantLine) -> Line:
    """A line as it stands in the list; no query if it was fetched with its receipt's outlet."""
    happened = alliance_day(line.effective_at)
    return Line(
        number=line.number,
        receipt=receipt_number(line.redemption_id) if line.redemption_id else "",
        outlet=line.redemption.outlet.display_name if line.redemption else "",
        points=line.points,
        amount_minor=line.amount_minor,
        at=line.effective_at,
        back=line.reason == Reason.REVERSE,
        day=None if happened == line.statement.day_id else happened,
    )


def line_story(line: MerchantLine, *, outlet_id: int) -> LineStory:
    """One line with its receipt and the banks it is made of, as this outlet of the merchant sees it."""
    parts = line.parts.select_related("issuer").order_by("-points", "pk")
    return LineStory(
        line=statement_line(line),
        receipt=receipt_of(line.redemption) if line.redemption else None,
        here=line.redemption is not None and line.redemption.outlet_id == outlet_id,
        parts=[Part(bank=part.issuer.name, points=part.points) for part in parts],
        statement_id=line.statement_id,
        statement_day=line.statement.day_id,
        recorded_at=line.recorded_at,
    )
