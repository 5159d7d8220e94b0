"""Named reads of the ledger. Nothing here writes."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from core.clock import alliance_day, alliance_zone
from core.errors import NotFound
from core.limits import PAGE_SIZE
from points.choices import AccountKind, Reason
from points.errors import UnknownTerms
from points.models import Account, Issuer, Posting, Sealed, Terms, Transfer, Unsealed, Wallet

MONTHS_IN_YEAR = 12
MINE: Final = (AccountKind.LOT, AccountKind.HOLD, AccountKind.ARREARS)
WAYS: Final = {  # of a wallet's postings, those by which points came, and those by which they went
    "in": Q(target_kind__in=MINE) & ~Q(source_kind__in=MINE),
    "out": Q(source_kind__in=MINE) & ~Q(target_kind__in=MINE),
}
# What redemptions and their reversals moved, for the numbers (after, upto]: the fields of `SealedPart`. Kept as text, so that
# what is made of many sealed facts can be made inside the database.
SEALED_REDEMPTIONS: Final = """
    select s.number, t.id as transfer_id, t.party_id as wallet_id, t.reason, t.counterparty_id as merchant_id, p.issuer_id,
        sum(case when p.target_kind = 'payable' then p.points else -p.points end)::bigint as points,
        t.effective_at, t.recorded_at
    from points_sealed s
    join points_transfer t on t.party_id = s.party_id and t.id = s.fact_id
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where s.number > %(after)s and s.number <= %(upto)s and t.reason in ('redeem', 'capture', 'reverse')
        and (p.target_kind = 'payable' or p.source_kind = 'payable')
    group by s.number, t.party_id, t.id, p.issuer_id"""

OLDEST_WAITING: Final = """
    select coalesce(t.recorded_at, r.recorded_at, n.recorded_at)
    from (select * from points_unsealed order by position limit 1) u
    left join points_transfer t on t.party_id = u.party_id and t.id = u.fact_id
    left join points_refusal r on r.party_id = u.party_id and r.id = u.fact_id
    left join points_declaration n on n.party_id = u.party_id and n.id = u.fact_id"""

# What leaves wallets counts once it is sealed; what comes in counts at once. One query, so that nothing is on its way
# from one part to the other.
OUTSTANDING: Final = """
    select coalesce((select sum(t.points_out - t.points_in) from points_total t where t.issuer_id = %(issuer)s), 0)::bigint
        + coalesce((
            select sum(p.points) from points_unsealed u
            join points_posting p on p.party_id = u.party_id and p.transfer_id = u.fact_id
            where u.what = 'transfer' and p.issuer_id = %(issuer)s
                and p.source_kind in ('issuance', 'payable', 'breakage', 'retired')
                and p.target_kind in ('lot', 'hold', 'arrears')), 0)::bigint"""

MOVED_BY_MONTH: Final = """
    select date_trunc('month', t.effective_at at time zone %(zone)s)::date,
        coalesce(sum(case 'issuance' when p.source_kind then p.points when p.target_kind then -p.points end), 0)::bigint,
        coalesce(sum(case 'payable' when p.target_kind then p.points when p.source_kind then -p.points end), 0)::bigint
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where t.party_id = any(%(wallets)s::uuid[]) and t.effective_at >= %(since)s
    group by 1 order by 1"""

# Of what was given back, only that of the same time counts: a refund of last week's makes no room today.
LEFT_WALLET: Final = """
    select coalesce(sum(case
        when t.reason in ('redeem', 'capture') and p.target_kind = 'payable' then p.points
        when t.reason = 'gift' and p.target_kind = 'transit' then p.points
        when t.reason = 'reverse' and p.source_kind = 'payable' and f.effective_at >= %(since)s then -p.points
        else 0 end), 0)::bigint
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    left join points_transfer f on f.party_id = t.party_id and f.id = t.follows
    where t.party_id = %(wallet)s and t.effective_at >= %(since)s and (%(before)s::timestamptz is null or t.effective_at < %(before)s)"""

RESTORED_DAYS: Final = """
    select q.transfer_id, q.number, a.expires_on
    from points_transfer t
    join points_posting q on q.party_id = t.party_id and q.transfer_id = t.id
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.follows and p.number = q.restores
    join points_account a on a.party_id = p.party_id and a.id = p.source_id
    where t.party_id = any(%(wallets)s::uuid[]) and t.id = any(%(ids)s::uuid[])"""


@dataclass(frozen=True, slots=True)
class TermsView:
    """One version of an issuer's terms."""

    id: int
    issuer_id: UUID
    months: int
    grace_days: int
    starts_on: date

    def expires_on(self, earned_on: date) -> date:
        """The last day of the month that lies `months` after the day of earning."""
        months = earned_on.year * MONTHS_IN_YEAR + earned_on.month - 1 + self.months
        year, month = divmod(months, MONTHS_IN_YEAR)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


@dataclass(frozen=True, slots=True)
class LotView:
    """Points of a wallet with one issuer and one set of dates; `suspended` while their issuer is, and they wait."""

    issuer_id: UUID
    points: int
    available_on: date | None
    expires_on: date
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class PostingView:
    """A movement inside a transfer; `expires_on` is that of the lot on its wallet's side, `available_on` that of the lot it came to."""

    number: int
    issuer_id: UUID
    points: int
    source_kind: AccountKind
    target_kind: AccountKind
    expires_on: date | None
    available_on: date | None


@dataclass(frozen=True, slots=True)
class TransferView:
    """A fact with its movements. `number` is its place in the sealed order, None while it waits for one."""

    id: UUID
    wallet_id: UUID
    reason: Reason
    merchant_id: UUID | None
    follows: UUID | None
    effective_at: datetime
    recorded_at: datetime
    number: int | None
    postings: tuple[PostingView, ...]

    @property
    def points(self) -> int:
        """What moved, without a sign."""
        return sum(posting.points for posting in self.postings)


@dataclass(frozen=True, slots=True)
class MonthView:
    """What moved in the month that begins on `first_day`: earned less taken back, and redeemed less given back."""

    first_day: date
    earned: int
    redeemed: int


@dataclass(frozen=True, slots=True)
class SealedPart:
    """One issuer's share of a sealed redemption; negative where a redemption was given back."""

    number: int
    transfer_id: UUID
    wallet_id: UUID
    reason: Reason
    merchant_id: UUID
    issuer_id: UUID
    points: int
    effective_at: datetime
    recorded_at: datetime


def terms_of_issuers(issuers: Collection[UUID]) -> dict[UUID, list[TermsView]]:
    """The versions of each issuer's terms, the latest first; one query."""
    found: dict[UUID, list[TermsView]] = {issuer: [] for issuer in issuers}
    for row in Terms.objects.filter(issuer_id__in=issuers).order_by("issuer_id", "-starts_on"):
        found[row.issuer_id].append(TermsView(row.id, row.issuer_id, row.months, row.grace_days, row.starts_on))
    return found


def terms_of_issuer(issuer: UUID) -> list[TermsView]:
    """The versions of one issuer's terms, the latest first."""
    return terms_of_issuers([issuer])[issuer]


def version_on(versions: Sequence[TermsView], day: date) -> TermsView:
    """
    The version in force on a day, of versions sorted latest first; before the first version, the first.

    :raises UnknownTerms: if there is no version at all.
    """
    if not versions:
        raise UnknownTerms
    return next((terms for terms in versions if terms.starts_on <= day), versions[-1])


def terms_on(issuer: UUID, day: date) -> TermsView:
    """
    The terms that points earned on that day get.

    :raises UnknownTerms: if the issuer has no terms.
    """
    return version_on(terms_of_issuer(issuer), day)


def spendable(wallet: UUID, *, at: datetime) -> int:
    """How many points can be spent at that moment, by the day it falls on."""
    total = _spendable_lots(wallet, day=alliance_day(at)).aggregate(total=Sum("balance"))["total"]
    return int(total or 0)


def spendable_in(wallets: Collection[UUID], *, at: datetime) -> dict[UUID, int]:
    """How many points can be spent from each of these wallets at that moment; those with none are left out."""
    rows = _spendable_lots(*wallets, day=alliance_day(at)).values("party_id").annotate(total=Sum("balance"))
    return {row["party_id"]: int(row["total"]) for row in rows}


def lots(wallet: UUID, *, issuers: Collection[UUID] | None = None) -> list[LotView]:
    """What a wallet holds, in the order of spending; of these issuers only, when given."""
    rows = _lots(wallet).order_by("expires_on", "available_on", "id")
    if issuers is not None:
        rows = rows.filter(issuer_id__in=issuers)
    # Every lot has a last day; the column is empty for arrears only.
    return [
        LotView(r.issuer_id, r.balance, r.available_on, max(r.expires_on, r.kept_until or r.expires_on), r.suspended)
        for r in rows
        if r.expires_on
    ]


def suspended_issuers() -> dict[UUID, datetime]:
    """The issuers whose points wait, and since when."""
    return {row.id: row.suspended_at for row in Issuer.objects.filter(suspended_at__isnull=False) if row.suspended_at}


def owed(wallet: UUID) -> dict[UUID, int]:
    """What a wallet owes each issuer after something it had spent was taken back; the largest debt first."""
    debts = Account.objects.filter(party_id=wallet, kind=AccountKind.ARREARS, balance__gt=0)
    return dict(debts.order_by("-balance", "id").values_list("issuer_id", "balance"))


def outstanding(issuer: UUID) -> int:
    """
    At most so many points of an issuer are in wallets, less what wallets owe: never fewer than there are.

    Redemptions and expiry lower it once they are sealed.
    """
    with connection.cursor() as cursor:
        cursor.execute(OUTSTANDING, {"issuer": issuer})
        (points,) = cursor.fetchone()
    return int(points)


def frozen_since(wallet: UUID) -> datetime | None:
    """Since when spending from the wallet is stopped; None if it is not."""
    return Wallet.objects.values_list("frozen_at", flat=True).get(pk=wallet)


def expiring(*, first: date, last: date, after: tuple[UUID, date] | None, limit: int) -> list[tuple[UUID, date, int]]:
    """Wallet, last day and points of what expires in these days, in that order; those behind `after`, when given. One query."""
    found = Account.objects.filter(kind=AccountKind.LOT, balance__gt=0, expires_on__gte=first, expires_on__lte=last)
    if after is not None:
        wallet, day = after
        found = found.filter(party_id__gte=wallet).filter(Q(party_id__gt=wallet) | Q(expires_on__gt=day))
    rows = found.values("party_id", "expires_on").annotate(total=Sum("balance")).order_by("party_id", "expires_on")
    named = rows.values_list("party_id", "expires_on", "total")[:limit]
    return [(wallet, day, total) for wallet, day, total in named if day]  # every lot has a last day


def is_frozen(wallet: UUID) -> bool:
    """Whether spending from the wallet is stopped."""
    return Wallet.objects.filter(pk=wallet, frozen_at__isnull=False).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAsked:
    """Which transfers: after the transfer `before` in the list, within a time, some of them, those that came (`in`) or went (`out`)."""

    before: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    ids: Collection[UUID] | None = None
    way: str = ""


def history(
    *wallets: UUID,
    issuers: Collection[UUID] | None = None,
    merchants: Collection[UUID] = (),
    before: UUID | None = None,
    limit: int = PAGE_SIZE,
) -> list[TransferView]:
    """
    The latest transfers of a person's wallets, newest first; those older than the transfer `before`, when given.

    With `issuers`, only those that moved points of these issuers or happened at one of the `merchants`,
    and of the former only the postings of these issuers.
    """
    found: list[Transfer] = []
    for wallet in wallets:  # one walk along the key for each: together they would be read whole and sorted
        transfers = _numbered().filter(party_id=wallet).order_by("-id")
        if before is not None:
            transfers = transfers.filter(id__lt=before)
        if issuers is not None:
            moved = Posting.objects.filter(party_id=wallet, issuer_id__in=issuers).values("transfer_id")
            transfers = transfers.filter(Q(id__in=moved) | Q(counterparty_id__in=merchants))
        found.extend(transfers[:limit])
    views = _with_postings(sorted(found, key=lambda row: row.id, reverse=True)[:limit])
    if issuers is None:
        return views
    return [_only_of(view, issuers, merchants) for view in views]


def left_wallet(wallet: UUID, *, since: datetime, before: datetime | None = None) -> int:
    """How many points left a wallet for a merchant or another wallet, less what of them came back."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT_WALLET, {"wallet": str(wallet), "since": since, "before": before})
        return int(cursor.fetchone()[0])


def history_by_time(*wallets: UUID, asked: HistoryAsked, limit: int) -> list[TransferView]:
    """
    A person's transfers as asked for, by the time when they happened, newest first.

    A wallet's whole history is read to be sorted: for pages of one person, who has thousands of lines and not millions.
    """
    rows = _numbered().filter(party_id__in=wallets)
    if asked.before is not None:
        last = Transfer.objects.filter(party_id__in=wallets, id=asked.before).values("effective_at")[:1]
        rows = rows.annotate(last=Subquery(last)).filter(Q(effective_at__lt=F("last")) | Q(effective_at=F("last"), id__lt=asked.before))
    if asked.since is not None:
        rows = rows.filter(effective_at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(effective_at__lt=asked.until)
    if asked.ids is not None:
        rows = rows.filter(id__in=list(asked.ids))
    if asked.way:
        rows = rows.filter(Exists(Posting.objects.filter(WAYS[asked.way], party_id=OuterRef("party_id"), transfer_id=OuterRef("id"))))
    return _with_postings(list(rows.order_by("-effective_at", "-id")[:limit]))


def moved_by_month(*wallets: UUID, since: datetime) -> list[MonthView]:
    """What a person's wallets earned and redeemed in each of the alliance's months that has any, the earliest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED_BY_MONTH, {"wallets": [str(wallet) for wallet in wallets], "since": since, "zone": str(alliance_zone())})
        return [MonthView(*row) for row in cursor]


def transfer(id: UUID) -> TransferView | None:  # noqa: A002 - the word of the field
    """One transfer with its postings."""
    return next(iter(_with_postings(list(_numbered().filter(id=id)))), None)


def transfers(ids: Collection[tuple[UUID, UUID]]) -> dict[UUID, TransferView]:
    """Transfers by (wallet, id), with their postings; three queries whatever their number."""
    wallets = {wallet for wallet, _id in ids}
    rows = _numbered().filter(party_id__in=wallets, id__in=[item for _wallet, item in ids])
    return {view.id: view for view in _with_postings(list(rows))}


def restored_days(given_back: Collection[TransferView]) -> dict[tuple[UUID, int], date | None]:
    """The last day of the lot that each posting of these reversals gave back to, as it was when it was spent; one query."""
    if not given_back:
        return {}
    asked = {"wallets": [str(view.wallet_id) for view in given_back], "ids": [str(view.id) for view in given_back]}
    with connection.cursor() as cursor:
        cursor.execute(RESTORED_DAYS, asked)
        return {(transfer_id, number): expires_on for transfer_id, number, expires_on in cursor}


def sealed_number(*wallets: UUID, transfer: UUID) -> int | None:
    """
    The number of a transfer of a person's wallets; None while it waits for one.

    :raises NotFound: if the wallets have no such transfer.
    """
    number = Sealed.objects.filter(party_id__in=wallets, fact_id=transfer).values_list("number", flat=True).first()
    if number is None and not Transfer.objects.filter(party_id__in=wallets, id=transfer).exists():
        raise NotFound
    return number


def moves_points_of(issuers: Collection[UUID], *, wallet: str, transfer: str) -> Exists:
    """A condition on rows that name a wallet and a transfer in these columns: it moved points of these issuers."""
    keys = {"party_id": OuterRef(wallet), "transfer_id": OuterRef(transfer)}
    return Exists(Posting.objects.filter(**keys, issuer_id__in=issuers))


def fact_numbered(number: int) -> tuple[UUID, UUID] | None:
    """The wallet and id of the fact with a sealed number."""
    return Sealed.objects.filter(pk=number).values_list("party_id", "fact_id").first()


def last_sealed() -> int:
    """The highest number given so far; 0 before the first."""
    return Sealed.objects.order_by("-number").values_list("number", flat=True).first() or 0


def parties_touched(*, after: int, upto: int) -> list[UUID]:
    """The parties of the facts with the numbers (after, upto], and of those that wait for one."""
    numbered = Sealed.objects.filter(number__gt=after, number__lte=upto).values_list("party_id", flat=True).order_by()
    return list(numbered.union(Unsealed.objects.values_list("party_id", flat=True).order_by()).order_by("party_id"))


def waiting_facts(*, most: int) -> int:
    """How many committed facts have no number yet, counted no further than `most`."""
    return Unsealed.objects.all()[:most].count()


def oldest_waiting() -> datetime | None:
    """When the first of the facts that wait for a number was recorded; None when none waits."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_WAITING)
        row = cursor.fetchone()
    return row[0] if row else None


def sealed_redemptions(*, after: int, upto: int) -> Iterator[SealedPart]:
    """What redemptions and their reversals moved, by issuer, for the numbers (after, upto], in their order."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SEALED_REDEMPTIONS} order by number, issuer_id", {"after": after, "upto": upto})
        for number, id_, wallet, reason, merchant, issuer, points, effective, recorded in cursor:
            yield SealedPart(number, id_, wallet, Reason(reason), merchant, issuer, points, effective, recorded)


def redeemed_points(*, after: int, upto: int) -> dict[tuple[UUID, UUID], int]:
    """Points redeemed less points given back, by (merchant, issuer), for the numbers (after, upto]; zero where all came back."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select merchant_id, issuer_id, sum(points)::bigint from ({SEALED_REDEMPTIONS}) part group by 1, 2 order by 1, 2",  # noqa: S608  our own text
            {"after": after, "upto": upto},
        )
        return {(merchant, issuer): points for merchant, issuer, points in cursor}


def _spendable_lots(*wallets: UUID, day: date) -> QuerySet[Any]:
    rows = _lots(*wallets).filter(Q(available_on=None) | Q(available_on__lte=day), suspended=False)
    return rows.filter(Q(expires_on__gte=day) | Q(kept_until__gte=day))


def _lots(*wallets: UUID) -> QuerySet[Any]:
    """Lots with points in them, each with `suspended`, and `kept_until` where a suspension lets it live longer."""
    issuer = Issuer.objects.filter(pk=OuterRef("issuer_id"))
    return Account.objects.filter(party_id__in=wallets, kind=AccountKind.LOT, balance__gt=0).annotate(
        suspended=Exists(issuer.filter(suspended_at__isnull=False)),
        kept_until=Subquery(issuer.filter(kept_from__lte=OuterRef("expires_on")).values("kept_until")),
    )


def _numbered() -> QuerySet[Transfer]:
    """Transfers with their place in the sealed order."""
    number = Sealed.objects.filter(party_id=OuterRef("party_id"), fact_id=OuterRef("id")).values("number")
    return Transfer.objects.annotate(sealed_number=Subquery(number))


def _with_postings(rows: Sequence[Transfer]) -> list[TransferView]:
    parties = {row.party_id for row in rows}
    ids = [row.id for row in rows]
    postings: dict[UUID, list[Posting]] = {id_: [] for id_ in ids}
    for posting in Posting.objects.filter(party_id__in=parties, transfer_id__in=ids).order_by("number"):
        postings[posting.transfer_id].append(posting)
    sides = {side for of_one in postings.values() for p in of_one for side in (p.source_id, p.target_id)}
    dated = Account.objects.filter(party_id__in=parties, id__in=sides).values_list("id", "expires_on", "available_on")
    dates = {id_: (expires_on, available_on) for id_, expires_on, available_on in dated}
    return [
        TransferView(
            id=row.id,
            wallet_id=row.party_id,
            reason=Reason(row.reason),
            merchant_id=row.counterparty_id,
            follows=row.follows,
            effective_at=row.effective_at,
            recorded_at=row.recorded_at,
            number=row.sealed_number,  # type: ignore[attr-defined]  # of `_numbered`
            postings=tuple(_posting_view(posting, dates) for posting in postings[row.id]),
        )
        for row in rows
    ]


def _posting_view(posting: Posting, dates: dict[UUID, tuple[date | None, date | None]]) -> PostingView:
    nothing = (None, None)
    expires_on, available_on = dates.get(posting.target_id, nothing)
    return PostingView(
        number=posting.number,
        issuer_id=posting.issuer_id,
        points=posting.points,
        source_kind=AccountKind(posting.source_kind),
        target_kind=AccountKind(posting.target_kind),
        expires_on=expires_on or dates.get(posting.source_id, nothing)[0],
        available_on=available_on,
    )


def _only_of(view: TransferView, issuers: Collection[UUID], merchants: Collection[UUID]) -> TransferView:
    if view.merchant_id in merchants:
        return view
    return replace(view, postings=tuple(posting for posting in view.postings if posting.issuer_id in issuers))
