"""What a capture does in the database: taken and told together or not at all, and nobody else may call it."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from django.conf import settings
from django.db import connection

from branches.models import Bank
from core.errors import DomainError
from core.outbox.models import OutboxEvent
from merchants.models import Cashier
from merchants.queries import working_till
from points.errors import InsufficientPoints
from redemptions.models import Redemption
from redemptions.news import RedemptionCaptured
from redemptions.services import capture
from residents.models import Resident
from tests.redemptions.world import S10_AT, new_key, scanned
from tests.world import give_points

pytestmark = pytest.mark.django_db

RIGHTS = """
    select p.proname, has_function_privilege(%s, p.oid, 'execute'), has_function_privilege('public', p.oid, 'execute')
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace
        and (starts_with(p.proname, 'redemptions_') or p.proname in ('outbox_publish', 'merchants_working_till'))
    order by 1"""


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100)
    return mei


def test_what_comes_back_is_what_was_kept(bakery: Cashier, rich: Resident) -> None:
    claim = scanned(rich, bakery, at=S10_AT)

    taken = capture(cashier=bakery, claim_id=claim.pk, points=40, key="k1", at=S10_AT)

    kept = Redemption.objects.get()
    told = {field.attname: getattr(taken, field.attname) for field in Redemption._meta.concrete_fields}
    assert told == {**{name: getattr(kept, name) for name in told}, "request_hash": bytes(kept.request_hash)}
    assert (kept.claim_id, kept.cashier_id, kept.resident_id) == (claim.pk, bakery.pk, rich.pk)
    news = OutboxEvent.objects.get(topic=RedemptionCaptured.topic)
    assert (news.payload, news.made_at, news.next_try_at) == (asdict(RedemptionCaptured(redemption=taken.number)), S10_AT, S10_AT)


def test_a_refusal_keeps_no_redemption_and_tells_nobody(bakery: Cashier, rich: Resident) -> None:
    claim = scanned(rich, bakery, at=S10_AT)
    before = OutboxEvent.objects.count()

    with pytest.raises(InsufficientPoints):
        capture(cashier=bakery, claim_id=claim.pk, points=101, key=new_key(), at=S10_AT)

    assert (Redemption.objects.count(), OutboxEvent.objects.count()) == (0, before)


def test_a_dismissed_cashier_hears_an_old_answer_and_gets_no_new_one(bakery: Cashier, rich: Resident) -> None:
    claims = [scanned(rich, bakery, at=S10_AT) for _ in range(2)]
    first = capture(cashier=bakery, claim_id=claims[0].pk, points=1, key="k1", at=S10_AT)
    Cashier.objects.filter(pk=bakery.pk).update(dismissed_at=S10_AT)

    assert capture(cashier=bakery, claim_id=claims[0].pk, points=1, key="k1", at=S10_AT) == first
    with pytest.raises(DomainError) as refused:
        capture(cashier=bakery, claim_id=claims[1].pk, points=1, key="k2", at=S10_AT)
    assert refused.value.code == "claim_not_found"


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
        for name in ("merchants_working_till", "outbox_publish", "redemptions_answer", "redemptions_hold_claim", "redemptions_take")
    ]
