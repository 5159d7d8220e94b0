"""
What a resident reads of a transfer: where points went, what was owed, what had expired, until when they are good.

docs/refunds.md has the whole table of what is taken or given back. What the rules of a bank gave, `earning.explanations` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from points.choices import AccountKind, Reason
from points.queries import PostingView, TransferView
from redemptions.queries import Receipt

Way = tuple[AccountKind, AccountKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What sentences say beside the movements: who, where, and the last days of the lots that points came back to."""

    today: date
    banks: Mapping[UUID, str] = field(default_factory=dict)
    merchants: Mapping[UUID, str] = field(default_factory=dict)
    others: Mapping[UUID, str] = field(default_factory=dict)
    receipt: Receipt | None = None
    restored: Mapping[tuple[UUID, int], date | None] = field(default_factory=dict)

    def place(self, transfer: TransferView) -> str:
        """The outlet on the receipt, otherwise the merchant; empty if neither is known."""
        if self.receipt is not None:
            return self.receipt.outlet
        return self.merchants.get(transfer.merchant_id, "") if transfer.merchant_id else ""


class Moved(NamedTuple):
    """Points that moved one way; `day` is the last day of their lot, `own` that of the lot they had been in if it is another."""

    points: int
    day: date | None
    own: date | None


def sentences(transfer: TransferView, known: Known) -> list[str]:
    """What its movements mean: the whole, then a sentence for each kind of them; none where the line says it all."""
    meant = [*_opening(transfer, known), *_by_way(transfer, known, SENTENCES.get(transfer.reason, ()))]
    return [*meant, *_waiting(transfer, known)]


def remarks(transfer: TransferView, known: Known) -> list[str]:
    """Of these sentences those that a line of the history can't do without: debts, what had expired, what can't be spent yet."""
    said = [(way, say) for way, say in SENTENCES.get(transfer.reason, ()) if say in REMARKS]
    meant = _opening(transfer, known) if transfer.reason == Reason.EARN else _by_way(transfer, known, said)
    return [*meant, *_waiting(transfer, known)]


def waits_until(posting: PostingView, *, today: date) -> date | None:
    """The day from which the points that came can be spent, if it is still to come."""
    return posting.available_on if posting.available_on is not None and posting.available_on > today else None


def points_on(transfer: TransferView, *ways: tuple[AccountKind | None, AccountKind | None]) -> int:
    """The points that went one of these ways; None is any kind of account."""
    return sum(posting.points for posting in transfer.postings if _goes(posting, ways))


def sends(transfer: TransferView) -> bool:
    """Whether a gift or a merge goes out of this wallet: its points leave, or nothing but its debts."""
    if points_on(transfer, (LOT, TRANSIT)):
        return True
    return all(_goes(posting, [(TRANSIT, ARREARS)]) for posting in transfer.postings)


def _goes(posting: PostingView, ways: Sequence[tuple[AccountKind | None, AccountKind | None]]) -> bool:
    return any(source in {None, posting.source_kind} and target in {None, posting.target_kind} for source, target in ways)


def _opening(transfer: TransferView, known: Known) -> list[str]:
    opening = OPENINGS.get(transfer.reason)
    return list(opening(transfer, known)) if opening else []


def _by_way(transfer: TransferView, known: Known, said: Sequence[tuple[Way, Callable[[Moved], str]]]) -> Iterator[str]:
    for way, say in said:
        moved: Counter[tuple[date | None, date | None]] = Counter()
        for posting in transfer.postings:
            if (posting.source_kind, posting.target_kind) == way:
                own = known.restored.get((transfer.id, posting.number))
                moved[posting.expires_on, None if own == posting.expires_on else own] += posting.points
        for (day, own), points in sorted(moved.items(), key=lambda item: item[0][0] or date.min):
            if sentence := say(Moved(points, day, own)):
                yield sentence


def _waiting(transfer: TransferView, known: Known) -> Iterator[str]:
    """From when on points that came can be spent, where that day is still to come."""
    waiting: Counter[date] = Counter()
    for posting in transfer.postings:
        if posting.target_kind == LOT and (first_day := waits_until(posting, today=known.today)):
            waiting[first_day] += posting.points
    came = points_on(transfer, (None, LOT))
    for first_day, points in sorted(waiting.items()):
        said = {"points": points, "day": date_format(first_day, "MONTH_DAY_FORMAT")}
        if points == came:
            yield _("Usable from %(day)s.") % said
        else:
            yield ngettext("%(points)s of them is usable from %(day)s.", "%(points)s of them are usable from %(day)s.", points) % said


def _left(moved: Moved) -> str:
    return ngettext(
        "The bank cancelled what gave %(points)s point: it left your wallet.",
        "The bank cancelled what gave %(points)s points: they left your wallet.",
        moved.points,
    ) % {"points": moved.points}


def _owed(moved: Moved) -> str:
    return ngettext(
        "The bank cancelled what gave %(points)s point that was spent or held: the next point of this bank pays for it.",
        "The bank cancelled what gave %(points)s points that were spent or held: the next points of this bank pay for them.",
        moved.points,
    ) % {"points": moved.points}


def _not_owed(moved: Moved) -> str:
    return ngettext(
        "The bank cancelled what gave %(points)s point that had expired unspent: you owe nothing for it.",
        "The bank cancelled what gave %(points)s points that had expired unspent: you owe nothing for them.",
        moved.points,
    ) % {"points": moved.points}


def _back(moved: Moved) -> str:
    return ngettext(
        "%(points)s point is back in your wallet, good until %(day)s.",
        "%(points)s points are back in your wallet, good until %(day)s.",
        moved.points,
    ) % {"points": moved.points, "day": _day(moved.day)}


def _back_after_expiry(moved: Moved) -> str:
    """Nothing, if their own lot had not expired."""
    if moved.own is None:
        return ""
    return ngettext(
        "%(points)s of them had expired on %(own)s. It gets time to be spent anew: until %(day)s.",
        "%(points)s of them had expired on %(own)s. They get time to be spent anew: until %(day)s.",
        moved.points,
    ) % {"points": moved.points, "own": _day(moved.own), "day": _day(moved.day)}


def _paid(moved: Moved) -> str:
    return ngettext(
        "%(points)s point pays for what this bank took back and you had spent.",
        "%(points)s points pay for what this bank took back and you had spent.",
        moved.points,
    ) % {"points": moved.points}


def _gone(moved: Moved) -> str:
    return ngettext(
        "%(points)s point was good until %(day)s and has expired.",
        "%(points)s points were good until %(day)s and have expired.",
        moved.points,
    ) % {"points": moved.points, "day": _day(moved.day)}


def _earned(transfer: TransferView, _known: Known) -> Iterator[str]:
    """What of an earn paid a debt, and what of it is the resident's; nothing if there was no debt."""
    paid, left = points_on(transfer, (ISSUANCE, ARREARS)), points_on(transfer, (ISSUANCE, LOT))
    if paid and left:
        said = ngettext(
            "%(paid)s paid what was owed, %(left)s is yours to spend.", "%(paid)s paid what was owed, %(left)s are yours to spend.", left
        )
        yield said % {"paid": paid, "left": left}
    elif paid:
        yield _paid(Moved(paid, None, None))


def _redeemed(transfer: TransferView, known: Known) -> Iterator[str]:
    points, place = points_on(transfer, (None, PAYABLE)), known.place(transfer)
    if place:
        said = ngettext("You paid %(points)s point at %(place)s.", "You paid %(points)s points at %(place)s.", points)
        yield said % {"points": points, "place": place}
    if back := points_on(transfer, (HOLD, LOT)):
        said = ngettext(
            "%(points)s point more had been kept for it and came back.", "%(points)s points more had been kept for it and came back.", back
        )
        yield said % {"points": back}


def _held(transfer: TransferView, known: Known) -> Iterator[str]:
    points, place = points_on(transfer, (LOT, HOLD)), known.place(transfer)
    said = ngettext(
        "%(points)s point is kept for %(place)s: it is paid, or it comes back.",
        "%(points)s points are kept for %(place)s: they are paid, or they come back.",
        points,
    )
    yield said % {"points": points, "place": place or _("a payment")}


def _released(transfer: TransferView, known: Known) -> Iterator[str]:
    if place := known.place(transfer):
        yield _("What was kept for %(place)s was not paid.") % {"place": place}


def _given_back(transfer: TransferView, known: Known) -> Iterator[str]:
    points, receipt = points_on(transfer, (PAYABLE, None)), known.receipt
    if receipt is None:
        return
    if points < receipt.points:
        said = _("%(place)s gave back %(points)s of the %(all)s points you had paid.")
    else:
        said = _("%(place)s gave back all you had paid.")
    yield said % {"place": receipt.outlet, "points": points, "all": receipt.points}


def _gifted(transfer: TransferView, _known: Known) -> Iterator[str]:
    if sends(transfer):
        points = points_on(transfer, (LOT, TRANSIT))
        said = ngettext("You gave %(points)s point away.", "You gave %(points)s points away.", points)
    else:
        points = points_on(transfer, (TRANSIT, None))
        said = ngettext("You were given %(points)s point.", "You were given %(points)s points.", points)
    yield said % {"points": points}


def _merged(transfer: TransferView, _known: Known) -> Iterator[str]:
    out = sends(transfer)
    if points := points_on(transfer, (LOT, TRANSIT) if out else (TRANSIT, None)):
        said = ngettext(
            "%(points)s point moved when the points of your banks came together.",
            "%(points)s points moved when the points of your banks came together.",
            points,
        )
        yield said % {"points": points}
    if debt := points_on(transfer, (TRANSIT, ARREARS) if out else (ARREARS, TRANSIT)):
        said = ngettext("%(points)s point that is owed went along.", "%(points)s points that are owed went along.", debt)
        yield said % {"points": debt}


def _adjusted(transfer: TransferView, known: Known) -> Iterator[str]:
    added, taken = points_on(transfer, (ISSUANCE, None)), points_on(transfer, (None, ISSUANCE))
    bank = known.banks.get(transfer.postings[0].issuer_id) or _("your bank")
    if added:
        said = ngettext("A correction by %(bank)s: %(points)s point more.", "A correction by %(bank)s: %(points)s points more.", added)
    else:
        said = ngettext("A correction by %(bank)s: %(points)s point less.", "A correction by %(bank)s: %(points)s points less.", taken)
    yield said % {"points": added or taken, "bank": bank}


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


LOT, HOLD, ARREARS = AccountKind.LOT, AccountKind.HOLD, AccountKind.ARREARS
ISSUANCE, PAYABLE, BREAKAGE, TRANSIT = AccountKind.ISSUANCE, AccountKind.PAYABLE, AccountKind.BREAKAGE, AccountKind.TRANSIT
OPENINGS: dict[Reason, Callable[[TransferView, Known], Iterator[str]]] = {
    Reason.EARN: _earned,
    Reason.REDEEM: _redeemed,
    Reason.CAPTURE: _redeemed,
    Reason.HOLD: _held,
    Reason.RELEASE: _released,
    Reason.REVERSE: _given_back,
    Reason.GIFT: _gifted,
    Reason.MERGE: _merged,
    Reason.ADJUST: _adjusted,
}
SENTENCES: dict[Reason, Sequence[tuple[Way, Callable[[Moved], str]]]] = {
    Reason.CAPTURE: [((HOLD, ARREARS), _paid), ((HOLD, BREAKAGE), _gone)],
    Reason.CLAWBACK: [((LOT, ISSUANCE), _left), ((BREAKAGE, ISSUANCE), _not_owed), ((ARREARS, ISSUANCE), _owed)],
    Reason.REVERSE: [((PAYABLE, ARREARS), _paid), ((PAYABLE, LOT), _back), ((PAYABLE, LOT), _back_after_expiry)],
    Reason.RELEASE: [((HOLD, ARREARS), _paid), ((HOLD, LOT), _back), ((HOLD, BREAKAGE), _gone)],
    Reason.EXPIRE: [((LOT, BREAKAGE), _gone)],
    Reason.GIFT: [((TRANSIT, ARREARS), _paid)],
    Reason.ADJUST: [((ISSUANCE, ARREARS), _paid)],
}
REMARKS = frozenset({_paid, _owed, _not_owed, _back_after_expiry})
