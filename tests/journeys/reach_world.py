"""A small world with something on every page, and everybody who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.clock import alliance_day, now
from identity.models import User
from identity.services import mark_made_up, user_with_phone
from merchants.models import Cashier
from points.log.checkpoints import make_checkpoint
from points.log.sealing import seal_all
from points.queries import history
from redemptions.models import Redemption
from redemptions.services import redeem, refund, undo
from residents.models import Resident
from settlements.models import MerchantLine, MerchantStatement
from settlements.services import close_day
from tests.earning.world import bill, bill_rule, send
from tests.redemptions.world import scanned
from tests.world import give_points, make_resident
from tools.bench.neighborhood import newest_rows
from tools.bench.pages import Eyes


@dataclass
class ReachWorld:
    """Who looks, and the rows that addresses name."""

    users: dict[Eyes, User]
    rows: dict[str, object]
    admin_rows: Mapping[str, object]


def make_reach_world(
    *, mei: Resident, bakery: Cashier, grocer: Cashier, operator: User, before_closing: Callable[[], None] | None = None
) -> ReachWorld:
    """Mei earned and spent much; what came after the log was signed has no proof yet. The others have nothing."""
    east = mei.links.get().bank
    bill_rule(east)
    send(east, bill(24520, paid=now()), at=now())
    earned = history(mei.wallet_id)[0].id
    give_points(resident=mei, bank=east, points=1_000_000, at=now())
    kept = _take(mei, bakery, 123_456, "kept")
    seal_all()
    make_checkpoint(at=now())
    undone, refunded, fresh = (_take(mei, bakery, points, key) for points, key in ((30, "undone"), (50, "refunded"), (20, "fresh")))
    undo(cashier=bakery, receipt=undone.receipt, reason="Goods came back", key="back", at=now())
    refund(cashier=bakery, receipt=refunded.receipt, points=20, reason="Goods came back", key="part", at=now())
    if before_closing is not None:
        before_closing()
    close_day(day=alliance_day(now()), at=now())
    numbers = list(MerchantLine.objects.order_by("number").values_list("number", flat=True))
    empty = make_resident(links={east: "1998"}, name="", phone="+8613800001998")
    assert mei.user
    assert empty.user
    mark_made_up(users=[mei.user, bakery.user, operator])
    return ReachWorld(
        users={
            Eyes.RESIDENT: mei.user,
            Eyes.EMPTY: empty.user,
            Eyes.NEWCOMER: user_with_phone(phone="+8613800001997", name="Newcomer with quite a long name of their own"),
            Eyes.CASHIER: bakery.user,
            Eyes.NEW_TILL: grocer.user,
            Eyes.STAFF: operator,
        },
        rows={
            "earned": earned,
            "line": kept.transfer_id,
            "receipt": kept.receipt,
            "undone": undone.receipt,
            "refunded": refunded.receipt,
            "statement": MerchantStatement.objects.get(merchant=bakery.outlet.merchant).pk,
            "number": numbers[0],
            "fresh_line": fresh.transfer_id,
            "fresh": fresh.receipt,
            "fresh_number": numbers[-1],
        },
        admin_rows=newest_rows(resident=mei),
    )


def _take(resident: Resident, cashier: Cashier, points: int, key: str) -> Redemption:
    checkout = scanned(resident, cashier, at=now())
    return redeem(cashier=cashier, checkout_id=checkout.pk, points=points, key=key, at=now())
