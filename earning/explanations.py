"""Why an event gave these points: a sentence made from the facts that decided it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.bilingual import name_to_read
from core.money import MINOR_PER_MAJOR
from earning.choices import Cap, RuleKind
from points.choices import OutcomeCode
from points.errors import REFUSALS

ENGLISH, CHINESE = "en", "zh-hans"


class Reason(NamedTuple):
    """An award with all that decided it. `day_left` is what the day's cap had left before, None without such a cap."""

    event: UUID
    rule_code: str
    rule_name: str
    rule_name_en: str
    version: int
    kind: str
    points_each: int
    per_minor: int | None
    event_cap: int | None
    day_cap: int | None
    amount_minor: int | None
    currency: str
    counted: int
    points: int
    capped_by: str
    day_left: int | None
    transfer_id: UUID | None
    refusal: str
    made_at: datetime
    event_type: str
    category: str

    @property
    def rule_display_name(self) -> str:
        """The rule's name as the reader of the moment reads it."""
        return name_to_read(self.rule_name, self.rule_name_en)

    @property
    def sentence_en(self) -> str:
        """Why, in English."""
        with override(ENGLISH):
            return sentence(self)

    @property
    def sentence_zh(self) -> str:
        """Why, in Chinese."""
        with override(CHINESE):
            return sentence(self)


def category_of(facts: Mapping[str, Any] | None) -> str:
    """What kind of bill it was, in the bank's word; empty if the bank didn't say."""
    return str((facts or {}).get("category", ""))


def sentence(reason: Reason) -> str:
    """Why, in the language of the moment."""
    said = _by_fixed(reason) if reason.kind == RuleKind.FIXED else _by_amount(reason)
    if reason.refusal:
        return f"{said} {REFUSALS[OutcomeCode(reason.refusal)].message}"
    return said


def _by_amount(reason: Reason) -> str:
    facts = {
        "each": _grouped(reason.points_each),
        "unit": _money(reason.per_minor or 0, reason.currency, exact=False),
        "amount": _money(reason.amount_minor or 0, reason.currency, exact=True),
    }
    if bounds := _bounds(reason):
        said = ngettext(
            "%(each)s point for each full %(unit)s: %(amount)s would give %(counted)s, but %(bounds)s.",
            "%(each)s points for each full %(unit)s: %(amount)s would give %(counted)s, but %(bounds)s.",
            reason.points_each,
        )
        return said % {**facts, "counted": _points(reason.counted), "bounds": bounds}
    said = ngettext(
        "%(each)s point for each full %(unit)s: %(amount)s gave %(given)s.",
        "%(each)s points for each full %(unit)s: %(amount)s gave %(given)s.",
        reason.points_each,
    )
    return said % {**facts, "given": _points(reason.points)}


def _by_fixed(reason: Reason) -> str:
    said = ngettext("%(each)s point each time: this gave %(given)s.", "%(each)s points each time: this gave %(given)s.", reason.points_each)
    said %= {"each": _grouped(reason.points_each), "given": _points(reason.points)}
    if reason.capped_by == Cap.DAY:
        return said + _(" At most %(day_cap)s are given a day; %(left)s.") % _of_the_day(reason)
    return said


def _bounds(reason: Reason) -> str:
    """What kept the points from being as many as the amount would give; empty if nothing did."""
    over_event = reason.event_cap is not None and reason.counted > reason.event_cap
    facts = {"event_cap": _grouped(reason.event_cap or 0), **_of_the_day(reason)}
    if reason.capped_by == Cap.DAY and over_event:
        return _("at most %(event_cap)s are given each time and %(day_cap)s a day; %(left)s") % facts
    if reason.capped_by == Cap.DAY:
        return _("at most %(day_cap)s are given a day; %(left)s") % facts
    return _("at most %(event_cap)s are given each time") % facts if reason.capped_by == Cap.EVENT else ""


def _of_the_day(reason: Reason) -> dict[str, str]:
    """The day's cap, and what it had left before."""
    left = reason.day_left or 0
    said = ngettext("%(left)s of them was left", "%(left)s of them were left", left) if left else _("none of them was left")
    return {"day_cap": _grouped(reason.day_cap or 0), "left": said % {"left": _grouped(left)}}


def _points(number: int) -> str:
    return ngettext("%(number)s point", "%(number)s points", number) % {"number": _grouped(number)}


def _grouped(number: int) -> str:
    return f"{number:,}"


def _money(amount_minor: int, currency: str, *, exact: bool) -> str:
    """`124520` as “¥1,245.20”; not `exact`, whole amounts lose their zeros: “¥10”."""
    units, rest = divmod(amount_minor, MINOR_PER_MAJOR)
    number = _grouped(units) if not exact and not rest else f"{_grouped(units)}.{rest:02d}"
    if currency in {"", "CNY"}:
        return _("¥%(number)s") % {"number": number}
    return f"{number} {currency}"
