"""Why an event gave these points: a sentence made from the facts that decided it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.bilingual import name_to_read
from core.money import MINOR_PER_MAJOR, major
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
    said = ngettext(
        "%(each)s point for each full %(unit)s: %(amount)s gave %(given)s.",
        "%(each)s points for each full %(unit)s: %(amount)s gave %(given)s.",
        reason.points_each,
    ) % {
        "each": reason.points_each,
        "unit": _money(reason.per_minor or 0, reason.currency, exact=False),
        "amount": _money(reason.amount_minor or 0, reason.currency, exact=True),
        "given": _points(reason.points),
    }
    return f"{said}{_caps(reason)}"


def _by_fixed(reason: Reason) -> str:
    said = ngettext("%(each)s point each time: this gave %(given)s.", "%(each)s points each time: this gave %(given)s.", reason.points_each)
    said %= {"each": reason.points_each, "given": _points(reason.points)}
    if reason.capped_by == Cap.DAY:
        left = _(" %(counted)s each time, %(left)s left of %(day_cap)s for the day.")
        return said + left % {"counted": reason.counted, "left": reason.day_left, "day_cap": reason.day_cap}
    return said


def _caps(reason: Reason) -> str:
    facts = {"counted": reason.counted, "event_cap": reason.event_cap, "left": reason.day_left, "day_cap": reason.day_cap}
    over_event = reason.event_cap is not None and reason.counted > reason.event_cap
    if reason.capped_by == Cap.DAY and over_event:
        return _(" %(counted)s by amount, at most %(event_cap)s an event, %(left)s left of %(day_cap)s for the day.") % facts
    if reason.capped_by == Cap.DAY:
        return _(" %(counted)s by amount, %(left)s left of %(day_cap)s for the day.") % facts
    if reason.capped_by == Cap.EVENT:
        return _(" %(counted)s by amount, at most %(event_cap)s an event.") % facts
    return ""


def _points(number: int) -> str:
    return ngettext("%(number)s point", "%(number)s points", number) % {"number": number}


def _money(amount_minor: int, currency: str, *, exact: bool) -> str:
    """`24520` as “245.20 yuan”; not `exact`, whole amounts lose their zeros: “10 yuan”."""
    whole = not exact and amount_minor % MINOR_PER_MAJOR == 0
    number = str(amount_minor // MINOR_PER_MAJOR) if whole else major(amount_minor)
    if currency in {"", "CNY"}:
        return _("%(number)s yuan") % {"number": number}
    return f"{number} {currency}"
