"""The short way of a single earn or redemption decides and writes just what the way of batches does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.db import connections, transaction

from core.clock import alliance_day
from core.ids import uuid7
from points.parties import close_merchant, freeze_wallet, lift_suspension, suspend_issuer
from points.posting import Earn, Redeem, merge, post
from tests.ledger_world import NOON, SOON, LedgerWorld

LATER = date(2026, 5, 1)
SOONER = date(2026, 8, 31)

# Everything a command wrote, told without the ids that differ from wallet to wallet.
WRITTEN = """
select t.reason, t.key, case when t.reason <> 'merge' then t.counterparty_id end, t.recorded_at, t.effective_at,
    t.facts::text, p.number, p.source_kind, p.target_kind, p.issuer_id, p.points,
    a.expires_on, a.available_on
from points_transfer t
join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
left join points_account a on a.party_id = p.party_id and a.id in (p.source_id, p.target_id) and a.kind = 'lot'
where t.party_id = %(wallet)s
union all
select 'balance', kind, null, null, null, null, null, null, null, issuer_id, balance, expires_on, available_on
from points_account where party_id = %(wallet)s
union all
select 'refused', outcome, null, recorded_at, null, null, null, null, null, null, available, null, null
from points_refusal where party_id = %(wallet)s
union all
select 'to seal', what, null, null, null, null, count(*), null, null, null, null, null, null
from points_unsealed where party_id = %(wallet)s group by what"""

Command = Earn | Redeem
Story = Callable[[LedgerWorld, LedgerWorld, UUID], Command]


def _earn(mine: LedgerWorld, _other: LedgerWorld, wallet: UUID) -> Command:
    return replace(mine.earning(wallet, 24, key="asked"), facts={"rule": 7, "words": "水费"})


def _earn_into_a_lot(mine: LedgerWorld, _other: LedgerWorld, wallet: UUID) -> Command:
    mine.earn(wallet, 6, key="first")
    return mine.earning(wallet, 24, key="asked")


def _earn_for_later(mine: LedgerWorld, _other: LedgerWorld, wallet: UUID) -> Command:
    return mine.earning(wallet, 24, key="asked", available_on=LATER)


def _earn_with_a_debt(mine: LedgerWorld, _other: LedgerWorld, wallet: UUID) -> Command:
    earned = mine.earn(wallet, 30, key="first").transfer_id
    mine.redeem(wallet, 20, key="spent")
    mine.claw_back(wallet, earned)
    return mine.earning(wallet, 24, key="asked")


def _earn_of_another_issuer_than_the_debt(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _earn_with_a_debt(mine, other, wallet)
    return other.earning(wallet, 24, key="asked")


def _earn_by_anothers_terms(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    return replace(mine.earning(wallet, 24, key="asked"), terms=other.terms)


def _filled(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> None:
    mine.earn(wallet, 10, key="first")
    other.earn(wallet, 20, key="second", expires_on=SOONER)
    mine.earn(wallet, 40, key="third", available_on=LATER)
    mine.earn(wallet, 30, key="fourth", expires_on=SOON)


def _spend(points: int) -> Story:
    def story(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
        _filled(mine, other, wallet)
        return mine.redeeming(wallet, points, key="asked")

    return story


def _spend_frozen(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _filled(mine, other, wallet)
    freeze_wallet(wallet, at=NOON)
    return mine.redeeming(wallet, 5, key="asked")


def _earn_frozen(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _spend_frozen(mine, other, wallet)
    return mine.earning(wallet, 5, key="asked")


def _spend_after_a_merge(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _filled(mine, other, wallet)
    merge(wallet=wallet, into=other.wallet(), key="merged", at=NOON)
    return mine.redeeming(wallet, 5, key="asked")


def _earn_after_a_merge(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _spend_after_a_merge(mine, other, wallet)
    return mine.earning(wallet, 5, key="asked")


def _spend_at_nobody(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _filled(mine, other, wallet)
    close_merchant(other.merchant, at=NOON)
    return other.redeeming(wallet, 5, key="asked")


def _spend_while_suspended(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _filled(mine, other, wallet)
    suspend_issuer(issuer=other.issuer, at=NOON)
    return mine.redeeming(wallet, 35, key="asked")


def _spend_in_the_grace_after(mine: LedgerWorld, other: LedgerWorld, wallet: UUID) -> Command:
    _filled(mine, other, wallet)
    suspend_issuer(issuer=other.issuer, at=NOON)
    lift_suspension(issuer=other.issuer, at=NOON)
    return mine.redeeming(wallet, 35, key="asked")


STORIES: dict[str, Story] = {
    "an earn": _earn,
    "an earn into a lot": _earn_into_a_lot,
    "an earn for later": _earn_for_later,
    "an earn of a debt's issuer": _earn_with_a_debt,
    "an earn of another issuer than the debt's": _earn_of_another_issuer_than_the_debt,
    "an earn by another's terms": _earn_by_anothers_terms,
    "an earn of a frozen wallet": _earn_frozen,
    "an earn of a merged wallet": _earn_after_a_merge,
    "a part of the first lot": _spend(5),
    "all of the first lot": _spend(20),
    "the first lots": _spend(50),
    "a lot and a bit": _spend(51),
    "all there is": _spend(60),
    "more than there is": _spend(61),
    "spending from a frozen wallet": _spend_frozen,
    "spending from a merged wallet": _spend_after_a_merge,
    "spending at a closed merchant": _spend_at_nobody,
    "spending while an issuer is suspended": _spend_while_suspended,
    "spending in the grace after a suspension": _spend_in_the_grace_after,
}


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("times", [1, 2])
def test_alone_and_in_a_batch_are_the_same(db: None, name: str, times: int) -> None:
    told = []
    for company in (False, True):
        mine, other = LedgerWorld().open(), LedgerWorld().open()
        wallet = mine.wallet()
        command = STORIES[name](mine, other, wallet)
        calls = [_post(command, mine, in_company=company) for _ in range(times)]
        names = {mine.issuer: "mine", other.issuer: "other", mine.merchant: "shop", other.merchant: "other shop"}
        told.append((calls, _written(wallet, names)))

    alone, in_company = told
    assert alone == in_company


def _post(command: Command, world: LedgerWorld, *, in_company: bool) -> tuple[object, ...]:
    others = [world.earning(world.wallet(), 1)] if in_company else []
    result = post([command, *others], at=NOON)[0]
    return result.outcome, result.available, result.again, result.transfer_id is not None


def _written(wallet: UUID, names: Mapping[UUID, str], *, login: str = "default") -> list[str]:
    with connections[login].cursor() as cursor:
        cursor.execute(WRITTEN, {"wallet": wallet})
        return sorted(str([names.get(value, value) for value in row]) for row in cursor.fetchall())


USUAL = {
    "an earn",
    "an earn into a lot",
    "an earn for later",
    "an earn of another issuer than the debt's",
    "a part of the first lot",
    "all of the first lot",
}


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_what_is_unusual_is_left_to_the_sets(name: str) -> None:
    mine, other = LedgerWorld().open(), LedgerWorld().open()
    wallet = mine.wallet()
    command = STORIES[name](mine, other, wallet)
    before = _written(wallet, {})
    with transaction.atomic(using="owner"), connections["owner"].cursor() as owner:
        owner.execute(
            "select (points_post_usual(%s::jsonb, %s, %s)).outcome", [json.dumps(command.as_row(uuid7())), NOON, alliance_day(NOON)]
        )
        (outcome,) = owner.fetchone()
        changed = _written(wallet, {}, login="owner") != before

    assert (outcome, changed) == (("posted", True) if name in USUAL else (None, False))
