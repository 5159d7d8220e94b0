"""
Reasons for facts that a test posted straight to the ledger: what the packages would keep, had they been asked.

For tests that check whole books. Keys get the names that the packages give them, by the owner; a key is in no leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connections
from django.db.models import Min, Sum

from branches.models import Alliance, Bank
from core.clock import alliance_day
from earning.choices import EventStatus, RuleKind
from earning.models import Award, Cancellation, Event, Rule, RuleVersion, TakenBack
from earning.services import activate_version
from identity.services import system_actor
from merchants.models import Cashier, Merchant
from points.choices import Reason
from points.models import Account, Issuer, MerchantParty, Posting, Refusal, Transfer, Wallet
from redemptions.choices import Way
from redemptions.models import Checkout, DeviceCredential, Redemption, Refund, RefusedRedemption, Undo
from residents.models import Gift, Resident
from tests.world import BEGINNING, make_branch, make_cashier, neighborhood_of

LONG_AGO: Final = date(2020, 1, 1)
KEPT: Final = (Award, Redemption, Undo, Refund, TakenBack, Gift)
_handles = count(1)


def give_reasons() -> None:
    """Keep a reason for each fact that has none."""
    make_parties()
    have: set[UUID | None] = set()
    for model in KEPT:
        have |= set(model.objects.values_list("transfer_id", flat=True))
    keys = {fact.id: KEEPERS[Reason(fact.reason)](fact) for fact in Transfer.objects.order_by("id") if fact.id not in have}
    refused = Refusal.objects.filter(reason="redeem", source="redemptions").exclude(key__startswith="redeem:")
    refusals = {refusal.id: _refused(refusal) for refusal in refused}
    with connections["owner"].cursor() as owner:
        for table, names in (("points_transfer", keys), ("points_refusal", refusals)):
            for fact_id, key in names.items():
                if key is not None:
                    owner.execute(f"update {table} set key = %s where id = %s", [key, str(fact_id)])
    connections["owner"].close()


def make_parties() -> None:
    """A bank with a rule behind each issuer, a shop behind each merchant, a resident behind each wallet."""
    for issuer in Issuer.objects.exclude(id__in=Bank.objects.values_list("issuer_id", flat=True)):
        alliance = Alliance.objects.first() or Alliance.objects.create(name="Alliance")
        bank = Bank.objects.create(alliance=alliance, code=f"B{issuer.id.hex[:8]}", name="Bank", issuer_id=issuer.id)
        make_branch(bank=bank, code=f"{bank.code}-1")
    for party in MerchantParty.objects.exclude(id__in=Merchant.objects.values_list("party_id", flat=True)):
        bank = Bank.objects.order_by("pk")[0]
        shop = Merchant.objects.create(name="Shop", acquirer=bank, party_id=party.id, enrolled_at=BEGINNING)
        shop.outlets.create(neighborhood=neighborhood_of(bank), name="Shop", opened_at=BEGINNING)
        make_cashier(merchant=shop)
    for bank in Bank.objects.all():
        _rule(bank, 0)
    known = Resident.objects.values_list("wallet_id", flat=True)
    Resident.objects.bulk_create(
        Resident(wallet_id=wallet, joined_at=BEGINNING) for wallet in set(Wallet.objects.values_list("id", flat=True)) - set(known)
    )
    for wallet in Wallet.objects.filter(successor_id__isnull=False):
        successor = Resident.objects.get(wallet_id=str(wallet.successor_id))
        Resident.objects.filter(wallet_id=wallet.id, successor=None).update(successor=successor, merged_at=wallet.closed_at)


def _rule(bank: Bank, delay_days: int) -> RuleVersion:
    """A point for each minor unit."""
    code = f"GIVEN-{delay_days}"
    found = RuleVersion.objects.select_related("rule").filter(rule__bank=bank, rule__code=code).first()
    if found is not None:
        return found
    rule = Rule.objects.create(bank=bank, code=code, name=code, event_type=f"given.{delay_days}")
    version = RuleVersion.objects.create(
        rule=rule, number=1, kind=RuleKind.PER_AMOUNT, points=1, per_minor=1, delay_days=delay_days, starts_on=LONG_AGO, made_at=BEGINNING
    )
    return activate_version(version=version, actor=system_actor(), at=BEGINNING)


def _postings(fact: Transfer) -> tuple[UUID, int]:
    """The issuer, and the points in all."""
    found = Posting.objects.filter(party_id=fact.party_id, transfer_id=fact.id)
    return UUID(str(found.values_list("issuer_id", flat=True).order_by("number")[0])), found.aggregate(total=Sum("points"))["total"]


def _earned(fact: Transfer) -> str:
    issuer, points = _postings(fact)
    lots = Posting.objects.filter(party_id=fact.party_id, transfer_id=fact.id, target_kind="lot").values("target_id")
    available = Account.objects.filter(party_id=fact.party_id, id__in=lots).aggregate(first=Min("available_on"))["first"]
    delay = (available - alliance_day(fact.effective_at)).days if available else 0
    version = _rule(Bank.objects.get(issuer_id=issuer), delay)
    event = Event.objects.create(
        bank=version.rule.bank, event_id=str(fact.id), type=version.rule.event_type, customer_hash=bytes(32), content_hash=bytes(32),
        occurred_at=fact.effective_at, received_at=fact.recorded_at, amount_minor=points, currency="CNY", origin="test",
        status=EventStatus.POSTED, wallet_id=fact.party_id,
    )  # fmt: skip
    Award.objects.create(event=event, version=version, transfer_id=fact.id, points=points, counted=points, made_at=fact.recorded_at)
    return f"{event.pk}:{version.rule.code}"


def _checkout(party: UUID, merchant: UUID | None, checkout_id: UUID, key: str) -> Checkout:
    """The checkout with this id, of the wallet's resident at the merchant's till."""
    cashier = Cashier.objects.select_related("outlet").filter(outlet__merchant__party_id=str(merchant)).order_by("pk")[0]
    resident = Resident.objects.get(wallet_id=party)
    device = resident.devices.first() or DeviceCredential.objects.create(
        resident=resident, handle=next(_handles), key_id=1, enrolled_at=BEGINNING
    )
    made: Checkout = Checkout.objects.get_or_create(
        pk=checkout_id,
        defaults={
            "way": Way.CODE, "cashier": cashier, "outlet": cashier.outlet, "resident": resident, "wallet_id": party, "device": device,
            "key": key, "request_hash": bytes(32), "opened_at": BEGINNING, "expires_at": BEGINNING.replace(year=2100),
        },
    )[0]  # fmt: skip
    return made


def _hash(*asked: object) -> bytes:
    return hashlib.sha256("|".join(str(part) for part in asked).encode()).digest()


def _held(fact: Transfer) -> str:
    assert fact.facts is not None, "a hold says for which checkout"
    return f"hold:{_checkout(fact.party_id, fact.counterparty_id, UUID(fact.facts['checkout']), f'hold-{fact.id}').pk}"


def _spent(fact: Transfer) -> str:
    hold = fact if fact.follows is None else Transfer.objects.get(id=str(fact.follows))
    checkout = _checkout(fact.party_id, fact.counterparty_id, UUID(hold.facts["checkout"]) if hold.facts else uuid4(), f"redeem-{fact.id}")
    moved = Posting.objects.filter(party_id=fact.party_id, transfer_id=fact.id, target_kind="payable")
    points = moved.aggregate(total=Sum("points"))["total"]
    back = Transfer.objects.filter(party_id=fact.party_id, follows=fact.id, reason=Reason.REVERSE).values("id")
    given_back = Posting.objects.filter(party_id=fact.party_id, transfer_id__in=back).aggregate(total=Sum("points", default=0))["total"]
    Redemption.objects.create(
        checkout=checkout, way=checkout.way, outlet=checkout.outlet, cashier=checkout.cashier, resident=checkout.resident,
        wallet_id=fact.party_id, transfer_id=fact.id, points=points, given_back=given_back, key=str(fact.id),
        request_hash=_hash("checkout", checkout.pk, points), redeemed_at=fact.recorded_at,
    )  # fmt: skip
    return f"redeem:{checkout.outlet_id}:{fact.id}"


def _given_back(fact: Transfer) -> str:
    redemption = Redemption.objects.get(transfer_id=str(fact.follows))
    common: dict[str, Any] = {"redemption": redemption, "outlet": redemption.outlet, "cashier": redemption.cashier, "transfer_id": fact.id}
    common |= {"reason": "x", "key": str(fact.id)}
    if bytes(fact.request_hash) == _hash("reverse", fact.follows, None):
        Undo.objects.create(**common, request_hash=_hash("undo", redemption.number, "x"), undone_at=fact.recorded_at)
        return f"undo:{redemption.outlet_id}:{fact.id}"
    points = _postings(fact)[1]
    asked = _hash("refund", redemption.number, points, "x")
    Refund.objects.create(**common, points=points, left=0, request_hash=asked, refunded_at=fact.recorded_at)
    return f"refund:{redemption.outlet_id}:{fact.id}"


def _taken_back(fact: Transfer) -> str:
    award = Award.objects.select_related("event", "version").get(transfer_id=str(fact.follows))
    points = _postings(fact)[1]
    kept = Cancellation.objects.create(
        bank_id=award.event.bank_id, cancellation_id=str(fact.id), event=award.event, points=points, content_hash=bytes(32),
        cancelled_at=fact.effective_at, received_at=fact.recorded_at, origin="test",
    )  # fmt: skip
    with connections["owner"].cursor() as owner:
        owner.execute(
            "insert into earning_takenback (cancellation_id, award_id, transfer_id, points) values (%s, %s, %s, %s)",
            [str(kept.pk), award.pk, str(fact.id), points],
        )
    return f"cancel:{kept.pk}:{award.version.rule_id}"


def _given(fact: Transfer) -> str | None:
    if not Posting.objects.filter(party_id=fact.party_id, transfer_id=fact.id, target_kind="transit").exists():
        return None  # the receiving side
    giver, receiver = Resident.objects.get(wallet_id=fact.party_id), Resident.objects.get(wallet_id=str(fact.counterparty_id))
    points = _postings(fact)[1]
    Gift.objects.create(
        giver=giver, receiver=receiver, points=points, key=str(fact.id), transfer_id=fact.id, given_at=fact.recorded_at
    )  # fmt: skip
    return f"gift:{fact.id}"


def _merged(fact: Transfer) -> str | None:
    if fact.key.startswith(("merge from ", "passed on as ")):
        return None
    return f"merge:{Resident.objects.get(wallet_id=fact.party_id).pk}"


def _cashier_of(checkout: Checkout) -> Cashier:
    assert checkout.cashier is not None, "at a till"
    return checkout.cashier


def _refused(refusal: Refusal) -> str:
    merchant = MerchantParty.objects.order_by("opened_at")[0].id
    checkout = _checkout(refusal.party_id, merchant, uuid4(), f"refused-{refusal.id}")
    RefusedRedemption.objects.create(
        outlet=checkout.outlet, cashier=_cashier_of(checkout), checkout=checkout, key=str(refusal.id), request_hash=bytes(32),
        code=refusal.outcome, details={}, refused_at=refusal.recorded_at,
    )  # fmt: skip
    return f"redeem:{checkout.outlet_id}:{refusal.id}"


KEEPERS: Final[Mapping[Reason, Callable[[Transfer], str | None]]] = {
    Reason.EARN: _earned,
    Reason.HOLD: _held,
    Reason.REDEEM: _spent,
    Reason.CAPTURE: _spent,
    Reason.RELEASE: lambda fact: f"overdue:{fact.follows}",
    Reason.REVERSE: _given_back,
    Reason.CLAWBACK: _taken_back,
    Reason.GIFT: _given,
    Reason.MERGE: _merged,
    Reason.EXPIRE: lambda _fact: None,
    Reason.ADJUST: lambda _fact: None,
    Reason.SETTLE: lambda _fact: None,
}
