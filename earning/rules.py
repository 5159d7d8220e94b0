"""What a rule gives for an event: plain facts in, points and their reason out. Nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from earning.choices import Cap, RuleKind

DayKey = tuple[int, UUID, date]  # rule, wallet, day of the event


class VersionFacts(NamedTuple):
    """A rule version as the arithmetic needs it."""

    id: int
    rule_id: int
    rule_code: str
    rule_name: str
    rule_name_en: str
    event_type: str
    last_day: date | None
    number: int
    kind: str
    points: int
    per_minor: int | None
    event_cap: int | None
    day_cap: int | None
    delay_days: int
    starts_on: date
    ends_on: date | None
    first_used_at: datetime | None

    @property
    def used(self) -> bool:
        """Whether it decided an event, and so is frozen."""
        return self.first_used_at is not None


@dataclass(slots=True)
class RuleBook:
    """A bank's rules at one moment: the event types it knows, and the versions that are active."""

    types: frozenset[str]
    versions: Sequence[VersionFacts]
    _found: dict[tuple[str, date], tuple[VersionFacts, ...]] = field(default_factory=dict)

    def in_force(self, event_type: str, day: date) -> tuple[VersionFacts, ...]:
        """One version of each rule that decides events of this type and day, by rule code."""
        key = (event_type, day)
        if key not in self._found:
            best: dict[int, VersionFacts] = {}
            for version in self.versions:
                if applies(version, event_type=event_type, day=day):
                    standing = best.get(version.rule_id)
                    best[version.rule_id] = version if standing is None or version.number > standing.number else standing
            self._found[key] = tuple(sorted(best.values(), key=lambda version: version.rule_code))
        return self._found[key]


@dataclass(slots=True)
class Share:
    """What one version gives for one event: `points`, of the `counted` ones before caps."""

    event: UUID
    wallet: UUID
    day: date
    version: VersionFacts
    counted: int
    points: int = 0
    capped_by: str = Cap.NONE.value
    day_left: int | None = None

    @property
    def day_key(self) -> DayKey | None:
        """The counter that bounds it, if the version has a cap per day."""
        return None if self.version.day_cap is None else (self.version.rule_id, self.wallet, self.day)


def applies(version: VersionFacts, *, event_type: str, day: date) -> bool:
    """Whether a version covers events of that type and day. Conditions on other facts will be asked here."""
    return (
        version.event_type == event_type
        and version.starts_on <= day
        and (version.ends_on is None or day <= version.ends_on)
        and (version.last_day is None or day <= version.last_day)
    )


def counted(version: VersionFacts, amount_minor: int | None) -> int:
    """Points before caps: the fixed ones, or so many for each full `per_minor` of the amount."""
    if version.kind == RuleKind.FIXED:
        return version.points
    assert version.per_minor is not None, "a rule per amount says for which amount"
    return (amount_minor or 0) // version.per_minor * version.points


def apply_caps(shares: Iterable[Share], used: Mapping[DayKey, int]) -> dict[DayKey, int]:
    """
    Fill in each share's points in the order given, and return what each day's counter comes to.

    `used` holds what the counters stand at; a counter that isn't in it stands at zero.
    """
    spent = dict(used)
    for share in shares:
        version, points, bit = share.version, share.counted, Cap.NONE
        if version.event_cap is not None and points > version.event_cap:
            points, bit = version.event_cap, Cap.EVENT
        key = share.day_key
        if key is not None:
            assert version.day_cap is not None, "a share with a counter has a cap"
            before = spent.get(key, 0)
            left = max(version.day_cap - before, 0)
            if points > left:
                points, bit = left, Cap.DAY
            spent[key] = before + points
            share.day_left = left
        share.points, share.capped_by = points, bit.value
    return spent


def left_after_cancelling(version: VersionFacts, *, amount_minor: int | None, day_left: int | None) -> int:
    """What a version would have given if the event had had the amount that is left, within the caps that bound it then."""
    points = counted(version, amount_minor)
    bounds = [bound for bound in (version.event_cap, day_left) if bound is not None]
    return min(points, *bounds) if bounds else points


def fit(shares: Iterable[Share], used: Mapping[DayKey, int], *, room: int) -> tuple[list[Share], set[UUID], dict[DayKey, int]]:
    """
    Keep the events that fit into the room, each whole or not at all, in their order.

    The shares of those kept, the events that wait, and what each day's counter comes to without them.
    """
    kept: list[Share] = []
    waiting: set[UUID] = set()
    spent = dict(used)
    for event, group in groupby(shares, key=lambda share: share.event):
        own = list(group)
        keys = {key: spent.get(key, 0) for share in own if (key := share.day_key) is not None}
        after = apply_caps(own, keys)
        wanted = sum(share.points for share in own)
        if wanted > room:
            waiting.add(event)
            continue
        room -= wanted
        spent.update(after)
        kept += own
    return kept, waiting, spent
