"""
Decide events whose resident is known: rules, caps, one posting to the ledger, the reasons kept.

Row locks are taken in one order everywhere: events, rule versions, day counters, a slice of the bank's room, wallets.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, NamedTuple
from uuid import UUID

from django.db import connection

from branches.models import Bank
from core.limits import COMMANDS_PER_POST
from earning.explanations import Reason
from earning.models import RuleVersion
from earning.queries import rule_book
from earning.rules import DayKey, RuleBook, Share, apply_caps, counted, fit
from issuing.services.exposure import Room, room_for, use_room
from points.choices import OutcomeCode
from points.errors import LedgerBusy
from points.posting import Earn, Result, post
from points.queries import TermsView, terms_of_issuer, version_on

# Fresh counters are written with their final value at once; the others are locked, in the same order.
NEW_DAY_USES = """
    insert into earning_dayuse (rule_id, wallet_id, day, points)
    select rule, wallet, day, points
    from json_to_recordset(%s) as r(rule bigint, wallet uuid, day date, points bigint)
    order by rule, wallet, day
    on conflict (rule_id, wallet_id, day) do nothing
    returning rule_id, wallet_id::text, day::text"""
LOCK_DAY_USES = """
    select d.rule_id, d.wallet_id, d.day, d.points
    from json_to_recordset(%s) as r(rule bigint, wallet uuid, day date)
    join earning_dayuse d on d.rule_id = r.rule and d.wallet_id = r.wallet and d.day = r.day
    order by d.rule_id, d.wallet_id, d.day
    for no key update of d"""
MOVE_DAY_USES = """
    update earning_dayuse d set points = r.points
    from json_to_recordset(%s) as r(rule bigint, wallet uuid, day date, points bigint)
    where d.rule_id = r.rule and d.wallet_id = r.wallet and d.day = r.day and d.points <> r.points"""
NEW_AWARDS = """
    insert into earning_award
        (event_id, version_id, transfer_id, points, counted, capped_by, day_left, refusal, made_at)
    select event, version, transfer, points, counted, capped_by, day_left, refusal, %s
    from json_to_recordset(%s) as r(
        event uuid, version bigint, transfer uuid, points bigint, counted bigint, capped_by text, day_left bigint, refusal text)"""


class Known(NamedTuple):
    """An event whose wallet is known, ready to be decided."""

    id: UUID
    wallet: UUID
    type: str
    day: date
    occurred_at: datetime
    amount_minor: int | None
    currency: str
    category: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule gave for one event."""

    share: Share
    points: int
    transfer_id: UUID | None
    refusal: str


def freeze_deciding(*, bank_id: int, book: RuleBook, wanted: Collection[tuple[str, date]], at: datetime) -> RuleBook:
    """
    Freeze every version that decides events of these types and days, and return the rules as they then are.

    A version could be changed until it was frozen, so the rules are read again after it.
    """
    while unused := {version.id for key in wanted for version in book.in_force(*key) if not version.used}:
        rows = RuleVersion.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=unused).order_by("pk")
        locked = list(rows.values_list("pk", flat=True))
        RuleVersion.objects.filter(pk__in=locked, activated_at__isnull=False, first_used_at__isnull=True).update(first_used_at=at)
        book = rule_book(bank_id=bank_id)
    return book


@dataclass(frozen=True, slots=True)
class Awarded:
    """The decisions by event, and the events for which the bank's exposure cap left no room: nothing was decided for them."""

    decisions: dict[UUID, list[Decision]]
    paused: Collection[UUID] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuancePaused:
    """Events wait because a bank's points outstanding would exceed its cap."""

    topic: ClassVar[str] = "issuing.paused"
    bank_id: int
    events: int


def award(*, bank: Bank, events: Sequence[Known], book: RuleBook, at: datetime) -> Awarded:
    """
    Give what the rules in `book` give for these events, in their order, all inside the caller's transaction.

    :raises LedgerBusy: if a wallet stayed locked by others, or was merged meanwhile: the transaction must be done anew.
    """
    shares = [
        Share(event=event.id, wallet=event.wallet, day=event.day, version=version, counted=counted(version, event.amount_minor))
        for event in events
        for version in book.in_force(event.type, event.day)
    ]
    if not shares:
        return Awarded({})
    used = _within_days(shares)
    room, shares, paused = _within_room(shares, used, bank=bank)
    moments = {event.id: event.occurred_at for event in events}
    results = _post([share for share in shares if share.points], bank=bank, moments=moments, at=at)
    decisions = [_decision(share, results.get(id(share))) for share in shares]
    use_room(room, points=sum(decision.points for decision in decisions))
    _keep(decisions, at=at)
    by_event: dict[UUID, list[Decision]] = {}
    for decision in decisions:
        by_event.setdefault(decision.share.event, []).append(decision)
    return Awarded(by_event, paused)


def reason_for(event: Known, decision: Decision, *, at: datetime) -> Reason:
    """A decision just made, with all that decided it."""
    share, version = decision.share, decision.share.version
    return Reason(
        event=event.id,
        rule_code=version.rule_code,
        rule_name=version.rule_name,
        rule_name_en=version.rule_name_en,
        version=version.number,
        kind=version.kind,
        points_each=version.points,
        per_minor=version.per_minor,
        event_cap=version.event_cap,
        day_cap=version.day_cap,
        amount_minor=event.amount_minor,
        currency=event.currency,
        counted=share.counted,
        points=decision.points,
        capped_by=share.capped_by,
        day_left=share.day_left,
        transfer_id=decision.transfer_id,
        refusal=decision.refusal,
        made_at=at,
        event_type=event.type,
        category=event.category,
    )


def _within_days(shares: Sequence[Share]) -> dict[DayKey, int]:
    """
    Apply the caps while holding every day counter they need; most are fresh, so a fresh start is tried first.

    What the counters stood at before; those that are not in it are fresh.
    """
    keys = {key for share in shares if (key := share.day_key) is not None}
    totals = apply_caps(shares, {})
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(NEW_DAY_USES, [_key_rows(keys, totals)])
        fresh = set(cursor.fetchall())
        if len(fresh) == len(keys):
            return {}
        stood = [key for key in keys if (key[0], str(key[1]), key[2].isoformat()) not in fresh]
        cursor.execute(LOCK_DAY_USES, [_key_rows(stood, None)])
        used = {(rule, wallet, day): points for rule, wallet, day, points in cursor.fetchall()}
        totals = apply_caps(shares, used)
        cursor.execute(MOVE_DAY_USES, [_key_rows(stood, totals)])
    return used


def _within_room(shares: list[Share], used: Mapping[DayKey, int], *, bank: Bank) -> tuple[Room, list[Share], Collection[UUID]]:
    """Leave out the events that don't fit under the bank's exposure cap; their day counters, which are locked, are as without them."""
    wanted = sum(share.points for share in shares)
    room = room_for(bank=bank, points=wanted) if wanted else Room(0)
    if room.points >= wanted:
        return room, shares, ()
    kept, paused, totals = fit(shares, used, room=room.points)
    if keys := {key for share in shares if (key := share.day_key) is not None}:
        with connection.cursor() as cursor:
            cursor.execute(MOVE_DAY_USES, [_key_rows(keys, {key: totals.get(key, 0) for key in keys})])
    return room, kept, paused


def _key_rows(keys: Collection[DayKey], totals: Mapping[DayKey, int] | None) -> str:
    rows = []
    for key in keys:
        rule, wallet, day = key
        row: dict[str, object] = {"rule": rule, "wallet": str(wallet), "day": day.isoformat()}
        if totals is not None:
            row["points"] = totals[key]
        rows.append(row)
    return json.dumps(rows)


def _post(shares: Sequence[Share], *, bank: Bank, moments: Mapping[UUID, datetime], at: datetime) -> dict[int, Result]:
    """
    Post what was earned, in order of request. The results by the identity of their share.

    A wallet that was merged since its link was read takes nothing any more: who comes again finds the link at the
    wallet that took its place.

    Several rules for one event can make more than one batch; then batches go by wallet, so that wallets are locked in
    the same order as in a single one, and a wallet's own order stays.

    :raises LedgerBusy: if a wallet stayed locked by others for two seconds, or was merged meanwhile.
    """
    if not shares:
        return {}
    if len(shares) > COMMANDS_PER_POST:
        shares = sorted(shares, key=lambda share: share.wallet)
    terms = terms_of_issuer(bank.issuer_id)
    results: dict[int, Result] = {}
    for batch in _batches(shares):
        commands = [_earn(share, bank.issuer_id, terms, moments[share.event]) for share in batch]
        answers = post(commands, at=at)
        if any(answer.outcome is OutcomeCode.WALLET_CLOSED for answer in answers):
            raise LedgerBusy
        results.update(zip(map(id, batch), answers, strict=True))
    return results


def _batches(shares: Sequence[Share]) -> Iterator[Sequence[Share]]:
    for start in range(0, len(shares), COMMANDS_PER_POST):
        yield shares[start : start + COMMANDS_PER_POST]


def _earn(share: Share, issuer: UUID, versions: Sequence[TermsView], moment: datetime) -> Earn:
    terms = version_on(versions, share.day)
    version = share.version
    return Earn(
        wallet=share.wallet,
        issuer=issuer,
        terms=terms.id,
        points=share.points,
        key=f"{share.event}:{version.rule_code}",
        expires_on=terms.expires_on(share.day),
        available_on=share.day + timedelta(days=version.delay_days) if version.delay_days else None,
        effective_at=moment,
        facts={"rule": version.rule_code, "version": version.number},
    )


def _decision(share: Share, result: Result | None) -> Decision:
    if result is None:
        return Decision(share, 0, None, "")
    if result.refused:
        return Decision(share, 0, None, result.outcome.value)
    return Decision(share, share.points, result.transfer_id, "")


def _keep(decisions: Sequence[Decision], *, at: datetime) -> None:
    rows = [
        {
            "event": str(decision.share.event),
            "version": decision.share.version.id,
            "transfer": decision.transfer_id and str(decision.transfer_id),
            "points": decision.points,
            "counted": decision.share.counted,
            "capped_by": decision.share.capped_by,
            "day_left": decision.share.day_left,
            "refusal": decision.refusal,
        }
        for decision in decisions
    ]
    with connection.cursor() as cursor:
        cursor.execute(NEW_AWARDS, [at, json.dumps(rows)])
