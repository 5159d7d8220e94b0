"""Named reads: receipts as people see them, an outlet's day, the outcome of a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour

from branches.models import Bank
from core.bilingual import read_name
from core.clock import alliance_day, alliance_zone, day_starts
from core.errors import Outcome
from core.limits import CHECKOUT_SECONDS, PAGE_SIZE
from core.names import first_letter
from merchants.models import Cashier
from points.queries import transfers
from redemptions.answers import kept_answer, kept_refusal
from redemptions.errors import NotTaken, ReceiptNotFound
from redemptions.models import Checkout, DeviceCredential, Redemption, Refund, Undo
from redemptions.receipts import read_receipt_number, receipt_number
from residents.models import Resident
from residents.queries import all_of

HIDDEN = "**"


@dataclass(frozen=True, slots=True)
class Part:
    """One issuing bank's share of a receipt."""

    bank: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What outlet and resident see of a redemption."""

    number: str
    outlet: str
    merchant: str
    resident: str
    points: int
    redeemed_at: datetime
    given_back: int
    undone_at: datetime | None
    picture: str

    @property
    def left(self) -> int:
        """The points that can still be given back."""
        return self.points - self.given_back


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """Points of a receipt that went back to the resident."""

    points: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenScan:
    """A scan as the resident sees it: where, and why nothing was taken, if a try was refused."""

    id: UUID
    outlet: str
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some receipts, newest first; `older_than` asks for those after them, None when there are no more."""

    receipts: Sequence[Receipt]
    older_than: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an outlet took in a day."""

    receipts: int
    points: int


def receipt_of(redemption: Redemption) -> Receipt:
    """The receipt of a redemption that was fetched with its parties, or was made just now; no query."""
    undone: Undo | None = getattr(redemption, "undo", None) if Redemption.undo.is_cached(redemption) else None
    return Receipt(
        number=redemption.receipt,
        outlet=redemption.outlet.display_name,
        merchant=redemption.outlet.merchant.display_name,
        resident=masked_name(redemption.resident.name),
        points=redemption.points,
        redeemed_at=redemption.redeemed_at,
        given_back=redemption.given_back,
        undone_at=undone.undone_at if undone else None,
        picture=redemption.outlet.picture,
    )


def receipt_with_parts(*, cashier: Cashier, receipt: str) -> tuple[Receipt, Sequence[Part]]:
    """
    A receipt of the cashier's outlet, and which banks' points it is made of, the largest part first.

    :raises ReceiptNotFound: if the outlet has no such receipt.
    """
    redemption = receipt_for(cashier=cashier, receipt=receipt)
    return receipt_of(redemption), parts_of(redemption)


def givings_of(redemption: Redemption) -> Sequence[GivenBack]:
    """What was given back of a redemption, the earliest first; an undo gave what was left. One query."""
    found = [
        GivenBack(points=row.points, reason=row.reason, at=row.refunded_at) for row in redemption.refunds.order_by("refunded_at", "pk")
    ]
    if hasattr(redemption, "undo"):
        rest = redemption.points - sum(part.points for part in found)
        found.append(GivenBack(points=rest, reason=redemption.undo.reason, at=redemption.undo.undone_at))
    return found


def parts_of(redemption: Redemption, *, issuers: Collection[UUID] | None = None) -> Sequence[Part]:
    """The issuing banks' shares of a redemption, the largest first; of these issuers only, when given."""
    moved = transfers([(redemption.wallet_id, redemption.transfer_id)])[redemption.transfer_id]
    shares: Counter[UUID] = Counter()
    for posting in moved.postings:
        if issuers is None or posting.issuer_id in issuers:
            shares[posting.issuer_id] += posting.points
    names = bank_names(shares)
    return [Part(bank=names[issuer], points=points) for issuer, points in shares.most_common()]


def bank_names(issuers: Collection[UUID]) -> dict[UUID, str]:
    """The names of the banks behind issuers."""
    return dict(Bank.objects.filter(issuer_id__in=list(issuers)).values_list("issuer_id", "name"))


def today_at(*, cashier: Cashier, at: datetime, older_than: str = "", limit: int = PAGE_SIZE) -> Page:
    """
    The receipts of the cashier's outlet of the day, page by page; two queries whatever their number.

    :raises ReceiptNotFound: if `older_than` is no receipt's number.
    """
    begins = day_starts(alliance_day(at))
    rows = redemptions_of(cashier=cashier).filter(redeemed_at__gte=begins, redeemed_at__lt=begins + timedelta(days=1))
    if older_than:
        rows = rows.filter(pk__lt=read_receipt_number(older_than))
    found = [receipt_of(row) for row in rows.order_by("-pk")[: limit + 1]]
    more = len(found) > limit
    return Page(receipts=found[:limit], older_than=found[limit - 1].number if more else None)


def taken_on(*, cashier: Cashier, day: date) -> Taken:
    """How many receipts of the cashier's outlet of a day stand, wholly or in part, and the points that do. One query."""
    made = Redemption.objects.filter(outlet_id=cashier.outlet_id, given_back__lt=F("points"))
    of_day = made.filter(redeemed_at__gte=day_starts(day), redeemed_at__lt=day_starts(day + timedelta(days=1)))
    return Taken(**of_day.aggregate(receipts=Count("pk"), points=Sum(F("points") - F("given_back"), default=0)))


def outcome_of(*, cashier: Cashier, key: str) -> Outcome[Redemption]:
    """
    What this outlet's key was answered: the redemption or the refusal that was kept.

    :raises NotTaken: if nothing was decided under this key; it may be sent again.
    """
    kept = kept_answer(outlet_id=cashier.outlet_id, key=key)
    if kept is None:
        raise NotTaken
    return kept


def receipt_numbers(*, transfer_ids: Collection[UUID]) -> dict[UUID, str]:
    """The receipt's number by transfer, for redemptions and for what gave them back; three queries whatever their number."""
    taken = Redemption.objects.filter(transfer_id__in=transfer_ids).values_list("transfer_id", "pk")
    undone = Undo.objects.filter(transfer_id__in=transfer_ids).values_list("transfer_id", "redemption_id")
    refunded = Refund.objects.filter(transfer_id__in=transfer_ids).values_list("transfer_id", "redemption_id")
    return {transfer: receipt_number(number) for transfer, number in [*taken, *undone, *refunded]}


def receipts_of_resident(*, resident: Resident, transfer_ids: Collection[UUID]) -> dict[UUID, Receipt]:
    """A resident's receipts by transfer, for redemptions and for what gave them back; two queries whatever their number."""
    refunded = dict(Refund.objects.filter(transfer_id__in=transfer_ids).values_list("transfer_id", "redemption_id"))
    wanted = Q(transfer_id__in=transfer_ids) | Q(undo__transfer_id__in=transfer_ids) | Q(pk__in=set(refunded.values()))
    rows = {row.pk: row for row in redemptions_of_resident(resident=resident).filter(wanted)}
    receipts = {number: receipt_of(row) for number, row in rows.items()}
    found = {transfer: receipts[number] for transfer, number in refunded.items() if number in receipts}
    for number, row in rows.items():
        found[row.transfer_id] = receipts[number]
        if receipts[number].undone_at is not None:
            found[row.undo.transfer_id] = receipts[number]
    return found


def checkout_of(*, resident: Resident, at: datetime) -> OpenScan | None:
    """The resident's latest scan that is still open, with why nothing was taken if it was refused; at most two queries."""
    opened = Checkout.objects.filter(resident=resident, opened_at__gt=at - timedelta(seconds=CHECKOUT_SECONDS))
    checkout = opened.select_related("outlet", "redemption").order_by("-pk").first()
    if checkout is None or checkout.closed_at is not None or hasattr(checkout, "redemption"):
        return None
    refused = checkout.refusals.order_by("-pk").first()
    return OpenScan(id=checkout.pk, outlet=checkout.outlet.display_name, refusal=str(kept_refusal(refused)) if refused else "")


def came_back(*, resident: Resident, since: datetime) -> Receipt | None:
    """The newest receipt of which points were given back since then; one query."""
    lately = Q(undo__undone_at__gt=since) | Q(refunds__refunded_at__gt=since)
    row = with_parties(Redemption.objects.filter(lately, resident=resident, given_back__gt=0)).order_by("-pk").first()
    return None if row is None else receipt_of(row)


def outlets_of_resident(*, resident: Resident) -> dict[int, str]:
    """The outlets where a resident spent points, by name as the reader reads it; one query."""
    spent = Redemption.objects.filter(resident__in=all_of(resident=resident))
    rows = spent.annotate(read=read_name("outlet__")).order_by("read", "outlet_id").values_list("outlet_id", "read").distinct()
    return dict(rows[:PAGE_SIZE])


def transfers_at(*, resident: Resident, outlet_id: int) -> list[UUID]:
    """What a resident spent at an outlet and got back there, by the ledger's ids; three queries."""
    made = Redemption.objects.filter(resident__in=all_of(resident=resident), outlet_id=outlet_id)
    undone, refunded = Undo.objects.filter(redemption__in=made), Refund.objects.filter(redemption__in=made)
    return [found for rows in (made, undone, refunded) for found in rows.values_list("transfer_id", flat=True)]


def latest_receipt(*, resident: Resident) -> Receipt | None:
    """A resident's newest receipt; None before the first."""
    row = with_parties(Redemption.objects.filter(resident=resident)).order_by("-pk").first()
    return None if row is None else receipt_of(row)


def masked_name(name: str) -> str:
    """The first character and nothing of the rest, so that a cashier can compare and not copy: `王**`."""
    return first_letter(name) + HIDDEN


def redeemed_by_hour(*, day: date, banks: Collection[int] | None) -> dict[int, int]:
    """Points taken in each hour of a day, 0 to 23, at merchants these banks acquire; None means all. Undone ones count too."""
    taken = Redemption.objects.filter(redeemed_at__gte=day_starts(day), redeemed_at__lt=day_starts(day + timedelta(days=1)))
    if banks is not None:
        taken = taken.filter(outlet__merchant__acquirer__in=banks)
    by_hour = taken.annotate(hour=ExtractHour("redeemed_at", tzinfo=alliance_zone())).values("hour").annotate(total=Sum("points"))
    return dict(by_hour.values_list("hour", "total"))


def receipt_for(*, cashier: Cashier, receipt: str) -> Redemption:
    """
    The redemption with that receipt, if it was made at the cashier's outlet.

    :raises ReceiptNotFound: otherwise, and when there is none.
    """
    number = read_receipt_number(receipt)
    found = with_parties(Redemption.objects.filter(outlet_id=cashier.outlet_id, pk=number)).first()
    if found is None:
        raise ReceiptNotFound
    return found


def redemptions_of(*, cashier: Cashier) -> QuerySet[Redemption]:
    """Redemptions made at the cashier's outlet, by whichever cashier."""
    return with_parties(Redemption.objects.filter(outlet_id=cashier.outlet_id))


def redemptions_of_resident(*, resident: Resident) -> QuerySet[Redemption]:
    """A resident's own redemptions, those of residents merged into them too."""
    return with_parties(Redemption.objects.filter(resident__in=all_of(resident=resident)))


def devices_of(*, resident: Resident) -> QuerySet[DeviceCredential]:
    """A resident's own phones that may show codes."""
    return DeviceCredential.objects.filter(resident=resident, revoked_at__isnull=True)


def with_parties(rows: QuerySet[Redemption]) -> QuerySet[Redemption]:
    """With what a receipt names, in the same query."""
    return rows.select_related("resident", "outlet__merchant", "undo")
