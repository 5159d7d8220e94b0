"""What residents' templates show: plain values, made from the ledger's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.clock import alliance_day, day_starts
from core.limits import CHART_MONTHS
from earning.explanations import Reason as Why
from earning.queries import why_transfers
from merchants.queries import merchant_names
from points.choices import AccountKind, Reason
from points.queries import LotView, TransferView, moved_by_month, restored_days
from redemptions.queries import Receipt, bank_names, receipts_of_resident
from residents.models import Resident
from web.charts import Chart, bars_by_name
from web.resident.deeds import deed, is_sign_in
from web.resident.gifts import other, others
from web.resident.sentences import Known, points_on, remarks, sends, sentences, waits_until
from web.resident.wallet import signed

SOON: Final = timedelta(days=31)
WORDS: Final[Mapping[Reason, tuple[str, str | Promise, str | Promise]]] = {
    Reason.EARN: ("earn", _("Points from your bank"), ""),
    Reason.REDEEM: ("outlet", _("Points spent"), ""),
    Reason.HOLD: ("wait", _("Points kept"), _("kept for a payment")),
    Reason.CAPTURE: ("outlet", _("Points spent"), ""),
    Reason.RELEASE: ("wait", _("Points kept"), _("not paid, back again")),
    Reason.REVERSE: ("undo", _("Points given back"), _("given back")),
    Reason.CLAWBACK: ("undo", _("Points taken back"), _("taken back")),
    Reason.EXPIRE: ("wait", _("Points expired"), ""),
    Reason.GIFT: ("share", _("Points you were given"), ""),
    Reason.MERGE: ("bank", _("Your banks' points came together"), ""),
    Reason.ADJUST: ("info", _("Correction"), ""),
    Reason.SETTLE: ("info", _("Correction"), ""),  # never of a resident's wallet
}
AT_MERCHANTS: Final = frozenset({Reason.REDEEM, Reason.CAPTURE, Reason.HOLD, Reason.RELEASE, Reason.REVERSE})


@dataclass(frozen=True, slots=True)
class Expiry:
    """Points of one bank that go on one day; `waits_until` a day they can't be spent before; `suspended` while their bank is."""

    day: date
    bank: str
    points: int
    soon: bool
    waits_until: date | None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class NextExpiry:
    """What of the points that can be spent now goes first; `is_all` when no other can be spent."""

    day: date
    points: int
    soon: bool
    is_all: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """Points owed to a bank: its next ones pay them."""

    bank: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the history. `told` is what became of debts and dates; `taken` the receipt of what was spent."""

    id: UUID
    icon: str
    title: str | Promise
    note: str | Promise
    points: int
    moved: bool
    at: datetime
    month: date
    told: Sequence[str]
    taken: Receipt | None
    signed_in: bool

    @property
    def way(self) -> str:
        """Into the wallet or out of it; neither for what is only kept apart."""
        return "" if not self.moved else "in" if self.points >= 0 else "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the history: its lines, and apart from them the many small ones of signing in."""

    first_day: date
    lines: Sequence[Line]
    sign_ins: Sequence[Line]

    @property
    def sign_in_points(self) -> int:
        """What signing in gave together."""
        return sum(line.points for line in self.sign_ins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A line opened: why, where, proof."""

    line: Line
    transfer: TransferView
    sentences: Sequence[str]
    cancelled: bool
    why: Why | None
    receipt: Receipt | None
    parts: Sequence[Expiry]


def expiries(lots: Sequence[LotView], *, at: datetime) -> list[Expiry]:
    """What goes when, the soonest first and what waits for its bank last; what has gone already is left out."""
    today = alliance_day(at)
    live = [lot for lot in lots if lot.suspended or lot.expires_on >= today]
    names = bank_names({lot.issuer_id for lot in live})
    return [
        Expiry(
            day=day,
            bank=names.get(issuer, ""),
            points=sum(lot.points for lot in group),
            soon=day - today <= SOON and not group[0].suspended,
            waits_until=waits,
            suspended=group[0].suspended,
        )
        for (day, issuer, waits), group in _by_dates(live, today)
    ]


def next_expiry(dates: Sequence[Expiry], *, spendable: int) -> NextExpiry | None:
    """The first day on which points go that can be spent now, of whatever bank; None if none can."""
    usable = [expiry for expiry in dates if not expiry.suspended and expiry.waits_until is None]
    if not usable:
        return None
    first = usable[0]
    points = sum(expiry.points for expiry in usable if expiry.day == first.day)
    return NextExpiry(day=first.day, points=points, soon=first.soon, is_all=points == spendable)


def _by_dates(lots: Sequence[LotView], today: date) -> list[tuple[tuple[date, UUID, date | None], list[LotView]]]:
    def dates(lot: LotView) -> tuple[date, UUID, date | None]:
        return lot.expires_on, lot.issuer_id, lot.available_on if lot.available_on and lot.available_on > today else None

    ordered = sorted(lots, key=lambda lot: (lot.suspended, lot.expires_on, str(lot.issuer_id), dates(lot)[2] or date.min))
    return [(key, list(group)) for key, group in groupby(ordered, key=dates)]


def lines(transfers: Sequence[TransferView], *, resident: Resident, today: date) -> list[Line]:
    """The history's lines, in the transfers' order; at most six queries whatever their number."""
    ids = [transfer.id for transfer in transfers]
    whys = why_transfers([*ids, *(transfer.follows for transfer in transfers if transfer.follows)])
    receipts = receipts_of_resident(resident=resident, transfer_ids=ids)
    common = _known(transfers, receipts, today)
    return [_line(transfer, _why(transfer, whys), replace(common, receipt=receipts.get(transfer.id))) for transfer in transfers]


def by_month(lines: Sequence[Line]) -> list[Month]:
    """The lines month by month in their order; signing in is told once a month, unless it happened once."""
    found = []
    for first_day, group in groupby(lines, key=lambda line: line.month):
        of_month = list(group)
        sign_ins = [line for line in of_month if line.signed_in]
        folded = sign_ins if len(sign_ins) > 1 else []
        found.append(Month(first_day=first_day, lines=[line for line in of_month if line not in folded], sign_ins=folded))
    return found


def story(transfer: TransferView, *, resident: Resident, today: date) -> Story:
    """One transfer with all that explains it."""
    why = _why(transfer, why_transfers([transfer.id, *([transfer.follows] if transfer.follows else [])]))
    receipts = receipts_of_resident(resident=resident, transfer_ids=[transfer.id])
    known = replace(_known([transfer], receipts, today), receipt=receipts.get(transfer.id))
    return Story(
        line=_line(transfer, why, known),
        transfer=transfer,
        sentences=sentences(transfer, known),
        cancelled=transfer.reason == Reason.CLAWBACK,
        why=why,
        receipt=known.receipt,
        parts=_parts(transfer, today),
    )


def debts(owed: Mapping[UUID, int]) -> list[Debt]:
    """What is owed to whom, the largest first."""
    names = bank_names(owed) if owed else {}
    return [Debt(bank=names.get(issuer, ""), points=points) for issuer, points in owed.items()]


def months(*, wallets: Sequence[UUID], at: datetime) -> Chart | None:
    """Earned and redeemed in the last months, empty ones included; None when nothing ever moved in them."""
    firsts = _first_days(alliance_day(at))
    begins = day_starts(firsts[0])
    moved = {month.first_day: month for month in moved_by_month(*wallets, since=begins)}
    if not any(day in moved for day in firsts):
        return None
    rows = [(day, moved.get(day)) for day in firsts]
    return bars_by_name([(_month_name(day), month.earned if month else 0, month.redeemed if month else 0) for day, month in rows])


def _month_name(day: date) -> str:
    """`Mar` or `3月`: the translators' choice."""
    return date_format(day, pgettext("format of a month's short name", "M"))


def _first_days(today: date) -> list[date]:
    days = [today.replace(day=1)]
    while len(days) < CHART_MONTHS:
        days.append((days[-1] - timedelta(days=1)).replace(day=1))
    return days[::-1]


def _why(transfer: TransferView, whys: Mapping[UUID, Why]) -> Why | None:
    """Why it was earned; of a clawback, why that had been which it takes back."""
    found = whys.get(transfer.id)
    return whys.get(transfer.follows) if found is None and transfer.follows and transfer.reason == Reason.CLAWBACK else found


def _known(transfers: Sequence[TransferView], receipts: Mapping[UUID, Receipt], today: date) -> Known:
    """Names and days for the sentences of these transfers; nothing is asked for that none of them says."""
    correcting = [transfer for transfer in transfers if transfer.reason == Reason.ADJUST]
    issuers = {posting.issuer_id for transfer in correcting for posting in transfer.postings}
    unnamed = [transfer for transfer in transfers if transfer.reason in AT_MERCHANTS and transfer.id not in receipts]
    parties = {transfer.merchant_id for transfer in unnamed if transfer.merchant_id}
    return Known(
        today=today,
        others=others(transfers),
        banks=bank_names(issuers) if issuers else {},
        merchants=merchant_names(parties=parties) if parties else {},
        restored=restored_days([transfer for transfer in transfers if transfer.reason == Reason.REVERSE]),
    )


def _line(transfer: TransferView, why: Why | None, known: Known) -> Line:
    icon, title, note = _words(transfer, why, known)
    kept = points_on(transfer, (AccountKind.LOT, AccountKind.HOLD), (AccountKind.HOLD, AccountKind.LOT))
    gained = signed(transfer)
    return Line(
        id=transfer.id,
        icon=icon,
        title=title,
        note=note,
        points=gained or kept,
        moved=gained != 0,
        at=transfer.effective_at,
        month=alliance_day(transfer.effective_at).replace(day=1),
        told=remarks(transfer, known),
        taken=known.receipt if transfer.reason in {Reason.REDEEM, Reason.CAPTURE} else None,
        signed_in=transfer.reason == Reason.EARN and is_sign_in(why),
    )


def _words(transfer: TransferView, why: Why | None, known: Known) -> tuple[str, str | Promise, str | Promise]:
    """Icon, title and note: titled by rule or by place where there is one."""
    icon, title, note = WORDS[transfer.reason]
    if transfer.reason == Reason.GIFT and sends(transfer):
        title = _("Points given away")
    if name := other(transfer, known.others):
        note = name
    named = deed(why) if why else known.place(transfer)
    return icon, named or title, note


def _parts(transfer: TransferView, today: date) -> list[Expiry]:
    """The banks whose points moved, with the last day of the lots they went to or came from."""
    names = bank_names({posting.issuer_id for posting in transfer.postings})
    return [
        Expiry(
            day=posting.expires_on,
            bank=names.get(posting.issuer_id, ""),
            points=posting.points,
            soon=False,
            waits_until=waits_until(posting, today=today),
        )
        for posting in transfer.postings
        if posting.expires_on is not None
    ]
