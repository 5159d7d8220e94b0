"""Named reads of residents."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q, QuerySet

from core.clock import alliance_day
from core.identifiers import plain_customer
from core.limits import GIFT_POINTS_PER_DAY, GIFT_RECENTS, GIFTS_PER_DAY
from core.secrets import decrypt_text, lookup_hash
from identity.models import User
from residents.models import BankLink, GiftDay, Resident

# Hundreds of hashes as one word: as so many parameters they take longer to send and to plan than to find.
LINKS_BY_HASH: Final = """
    select l.customer_hash, l.id, l.resident_id, r.wallet_id
    from unnest(string_to_array(%(hashes)s, ',')) as asked(hash)
    join residents_banklink l on l.bank_id = %(bank)s and l.customer_hash = decode(asked.hash, 'hex')
    join residents_resident r on r.id = l.resident_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """Whom a bank's customer number leads to."""

    link_id: int
    resident_id: UUID
    wallet_id: UUID


def customer_hash(*, bank_code: str, customer: str) -> bytes:
    """The keyed hash under which a bank's customer number is found, however it is spelled; another one for each bank."""
    return lookup_hash(f"customer:{bank_code}", plain_customer(customer))


def links_by_hash(*, bank_id: int, hashes: Collection[bytes]) -> dict[bytes, LinkFacts]:
    """The links of a bank with these customer hashes; one query."""
    with connection.cursor() as cursor:
        cursor.execute(LINKS_BY_HASH, {"bank": bank_id, "hashes": ",".join(found.hex() for found in hashes)})
        return {
            bytes(found): LinkFacts(link_id=link, resident_id=resident, wallet_id=wallet)
            for found, link, resident, wallet in cursor.fetchall()
        }


def links_of(*, resident: Resident) -> QuerySet[BankLink]:
    """A resident's links, to the resident."""
    return BankLink.objects.filter(resident=resident).select_related("bank")


def all_of(*, resident: Resident) -> QuerySet[Resident]:
    """The resident and those who were merged into them: all that one person was."""
    return Resident.objects.filter(Q(pk=resident.pk) | Q(successor=resident))


def wallets_of(*, resident: Resident) -> list[UUID]:
    """The resident's wallet, and behind it those of residents merged into them: closed, and still with a history."""
    merged = Resident.objects.filter(successor=resident).order_by("merged_at", "pk").values_list("wallet_id", flat=True)
    return [resident.wallet_id, *merged]


def names_by_wallet(*, wallets: Collection[UUID]) -> dict[UUID, str]:
    """The names of residents by their wallet, for a list of moves between wallets; one query."""
    return dict(Resident.objects.filter(wallet_id__in=wallets).values_list("wallet_id", "name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftsLeft:
    """How many gifts a resident may still make today, and of how many points together."""

    gifts: int
    points: int


def gifts_left(*, giver: Resident, at: datetime) -> GiftsLeft:
    """What the day's limits leave; one query."""
    day = GiftDay.objects.filter(resident=giver, day=alliance_day(at)).first()
    if day is None:
        return GiftsLeft(gifts=GIFTS_PER_DAY, points=GIFT_POINTS_PER_DAY)
    return GiftsLeft(gifts=max(0, GIFTS_PER_DAY - day.gifts), points=max(0, GIFT_POINTS_PER_DAY - day.points))


def recent_receivers(*, giver: Resident) -> list[Resident]:
    """To whom the resident gave points, the latest first, with their users; only who can still be given some. One query."""
    known = Resident.objects.filter(gifts_received__giver=giver, user__is_active=True).select_related("user")
    return list(known.annotate(latest=Max("gifts_received__given_at")).order_by("-latest", "pk")[:GIFT_RECENTS])


def is_resident(*, user_id: int) -> bool:
    """Whether this user holds points, or did."""
    return Resident.objects.filter(user_id=user_id).exists()


def made_up_residents(*, limit: int) -> list[BankLink]:
    """Residents whom the demo made up, each once, with the bank they came from."""
    links = BankLink.objects.filter(resident__user__is_made_up=True, resident__user__is_active=True)
    each_once = links.order_by("resident__user_id", "pk").distinct("resident__user_id")
    return list(each_once.select_related("resident", "bank", "branch")[:limit])


def made_up_newcomers(*, limit: int) -> list[User]:
    """Users whom the demo made up and whose name nobody knows yet: they have linked no bank."""
    newcomers = User.objects.filter(is_made_up=True, is_active=True, is_staff=False, name="", resident__isnull=True)
    return list(newcomers.order_by("pk")[:limit])


def customer_of(*, link: BankLink) -> str:
    """The customer number of a link, opened: for the eyes of the bank that gave it."""
    return decrypt_text(link.customer_encrypted)
