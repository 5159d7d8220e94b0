"""What a redemption does in the database: taken and told together or not at all, and nobody else may call it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection

from branches.models import Bank
from core.errors import DomainError
from core.outbox.models import OutboxEvent
from merchants.models import Cashier
from merchants.queries import working_till
from points.errors import IdempotencyKeyReused, InsufficientPoints
from redemptions.functions import redeem_unhindered
from redemptions.keys import request_hash
from redemptions.models import Checkout, Redemption, RefusedRedemption
from redemptions.news import PointsRedeemed
from redemptions.requests import Request
from redemptions.services import redeem, redeeming
from residents.models import Resident
from tests.ledger_world import facts
from tests.redemptions.world import S10_AT, new_key, scanned
from tests.world import give_points

pytestmark = pytest.mark.django_db

LEDGER = """
    select t.party_id, t.reason, t.source, t.request_hash::text, t.counterparty_id, t.effective_at, p.source_id, p.target_id, p.points
    from points_transfer t join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where t.id = %s"""
RIGHTS = """
    select p.proname, has_function_privilege(%s, p.oid, 'execute'), has_function_privilege('public', p.oid, 'execute')
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace
        and (starts_with(p.proname, 'redemptions_') or p.proname in ('outbox_publish', 'merchants_working_till'))
    order by 1"""
BEGUN_BY_ANOTHER = """
    select shorter.indexrelid::regclass::text
    from pg_index shorter join pg_index longer on longer.indrelid = shorter.indrelid and longer.indexrelid <> shorter.indexrelid
    where starts_with(shorter.indrelid::regclass::text, %s) and not shorter.indisunique
        and shorter.indpred is null and longer.indpred is null
        and starts_with(longer.indkey::text, shorter.indkey::text || ' ')"""


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100)
    return mei


def test_what_comes_back_is_what_was_kept(bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)

    taken = redeem(cashier=bakery, checkout_id=checkout.pk, points=40, key="k1", at=S10_AT)

    kept = Redemption.objects.get()
    told = {field.attname: getattr(taken, field.attname) for field in Redemption._meta.concrete_fields}
    assert told == {**{name: getattr(kept, name) for name in told}, "request_hash": bytes(kept.request_hash)}
    assert (kept.checkout_id, kept.cashier_id, kept.resident_id) == (checkout.pk, bakery.pk, rich.pk)
    news = OutboxEvent.objects.get(topic=PointsRedeemed.topic)
    assert (news.payload, news.made_at, news.next_try_at) == (asdict(PointsRedeemed(redemption=taken.number)), S10_AT, S10_AT)


def test_what_nothing_stands_against_is_kept_alike_one_after_the_other(
    bakery: Cashier, rich: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkouts = [scanned(rich, bakery, at=S10_AT) for _ in range(2)]
    at_once = redeem(cashier=bakery, checkout_id=checkouts[0].pk, points=40, key="k1", at=S10_AT)
    monkeypatch.setattr(redeeming, "redeem_unhindered", lambda *_, **__: None)
    in_steps = redeem(cashier=bakery, checkout_id=checkouts[1].pk, points=40, key="k2", at=S10_AT)

    assert _kept(at_once) == _kept(in_steps)
    assert OutboxEvent.objects.filter(topic=PointsRedeemed.topic).count() == 2


def test_what_stands_against_it_leaves_no_trace(bakery: Cashier, grocer: Cashier, rich: Resident) -> None:
    used, closed, ready, dismissed = (scanned(rich, bakery, at=S10_AT) for _ in range(4))
    redeem(cashier=bakery, checkout_id=used.pk, points=1, key="k1", at=S10_AT)
    Checkout.objects.filter(pk=closed.pk).update(closed_at=S10_AT)
    before, kept = facts(), (Redemption.objects.count(), RefusedRedemption.objects.count(), OutboxEvent.objects.count())

    assert _unhindered(bakery, used) is None
    assert _unhindered(bakery, closed) is None
    assert _unhindered(bakery, ready, key="k1") is None  # the key was answered
    assert _unhindered(grocer, ready) is None  # another's checkout
    assert _unhindered(bakery, ready, at=ready.expires_at) is None
    Cashier.objects.filter(pk=bakery.pk).update(dismissed_at=S10_AT)
    assert _unhindered(bakery, dismissed) is None

    assert (facts(), (Redemption.objects.count(), RefusedRedemption.objects.count(), OutboxEvent.objects.count())) == (before, kept)
    Cashier.objects.filter(pk=bakery.pk).update(dismissed_at=None)
    assert _unhindered(bakery, ready) is not None


def test_a_refusal_keeps_no_redemption_and_tells_nobody(bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=S10_AT)
    before = OutboxEvent.objects.count()

    with pytest.raises(InsufficientPoints):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=101, key=new_key(), at=S10_AT)

    assert (Redemption.objects.count(), OutboxEvent.objects.count()) == (0, before)


def test_a_key_belongs_to_whoever_came_first_though_another_is_heard_before(bakery: Cashier, rich: Resident) -> None:
    first, second = (scanned(rich, bakery, at=S10_AT) for _ in range(2))
    asked = request_hash("checkout", first.pk, 101)
    request = Request(cashier=bakery, points=101, key="same", hash=asked, at=S10_AT)
    assert redeem_unhindered(request, checkout_id=first.pk) is None

    with pytest.raises(IdempotencyKeyReused):  # the ledger has refused the first, and the till's answer is not kept yet
        redeem(cashier=bakery, checkout_id=second.pk, points=10, key="same", at=S10_AT)
    assert not RefusedRedemption.objects.exists()
    with pytest.raises(InsufficientPoints):
        redeem(cashier=bakery, checkout_id=first.pk, points=101, key="same", at=S10_AT)

    assert RefusedRedemption.objects.get().checkout == first
    assert not Redemption.objects.exists()


def test_a_dismissed_cashier_hears_an_old_answer_and_gets_no_new_one(bakery: Cashier, rich: Resident) -> None:
    checkouts = [scanned(rich, bakery, at=S10_AT) for _ in range(2)]
    first = redeem(cashier=bakery, checkout_id=checkouts[0].pk, points=1, key="k1", at=S10_AT)
    Cashier.objects.filter(pk=bakery.pk).update(dismissed_at=S10_AT)

    assert redeem(cashier=bakery, checkout_id=checkouts[0].pk, points=1, key="k1", at=S10_AT) == first
    with pytest.raises(DomainError) as refused:
        redeem(cashier=bakery, checkout_id=checkouts[1].pk, points=1, key="k2", at=S10_AT)
    assert refused.value.code == "checkout_not_found"


def test_a_cashier_stands_where_they_came_first_or_where_they_say(bakery: Cashier, grocer: Cashier) -> None:
    also = Cashier.objects.create(user=bakery.user, outlet=grocer.outlet, appointed_at=S10_AT)

    assert working_till(user_id=bakery.user_id) == bakery
    assert working_till(user_id=bakery.user_id, outlet_id=grocer.outlet_id) == also
    assert working_till(user_id=bakery.user_id, outlet_id=0) is None
    Cashier.objects.filter(pk=bakery.pk).update(dismissed_at=S10_AT)
    assert working_till(user_id=bakery.user_id) == also


def test_the_run_time_login_calls_them_and_the_public_does_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, [settings.DATABASES["default"]["USER"]])
        rows = cursor.fetchall()

    assert rows == [
        (name, True, False)
        for name in (
            "merchants_working_till",
            "outbox_publish",
            "redemptions_answer",
            "redemptions_lock_checkout",
            "redemptions_redeem",
            "redemptions_redeem_unhindered",
        )
    ]


def _kept(redemption: Redemption) -> tuple[object, ...]:
    """What was kept of it here and in the ledger, but for what is its own."""
    kept = Redemption.objects.get(pk=redemption.pk)
    with connection.cursor() as cursor:
        cursor.execute(LEDGER, [kept.transfer_id])
        posted = cursor.fetchall()
    here = (kept.outlet_id, kept.cashier_id, kept.resident_id, kept.wallet_id, kept.points, kept.given_back, kept.redeemed_at)
    return (*here, redemption.outlet, redemption.resident, *posted)


def _unhindered(cashier: Cashier, checkout: Checkout, *, key: str = "new", at: datetime = S10_AT) -> Redemption | None:
    request = Request(cashier=cashier, points=1, key=key, hash=bytes(32), at=at)
    return redeem_unhindered(request, checkout_id=checkout.pk)


def test_a_key_is_found_by_the_index_that_has_it() -> None:
    """One on the outlet alone looks as good before PostgreSQL knows the table, and a plan is kept: it would read all of an outlet."""
    with connection.cursor() as cursor:
        cursor.execute(BEGUN_BY_ANOTHER, ["redemptions_"])
        assert cursor.fetchall() == []
