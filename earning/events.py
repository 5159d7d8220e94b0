"""
A bank's event as it comes: CloudEvents 1.0 attributes, checked in one place for the API and for files.

A type that no rule of the bank names is refused and not kept: a bank that mistyped it is told at once, and the same id
may be sent again once a rule exists.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind
from core.identifiers import CustomerShape
from core.limits import EVENT_AGE, EVENT_AMOUNT_MINOR, EVENT_FUTURE, EVENT_ID, EVENT_TYPE, TEXT_FIELD
from core.text import refuse_text, refuse_unwritable

SPEC_VERSION = "1.0"
SEPARATOR = "\x1f"  # in no text of an event: controls are refused
JSON_MEDIA_TYPE = "application/json"
ANY_SHAPE = CustomerShape()
REQUIRED = ("specversion", "id", "source", "type", "subject", "time", "data")
OPTIONAL = ("datacontenttype", "dataschema")
ATTRIBUTES = frozenset(REQUIRED + OPTIONAL)
FACTS = ("category", "counterparty_bank", "channel")
DATA = frozenset(("amount_minor", "currency", *FACTS))
# RFC 3339, section 5.6, which CloudEvents asks for; the offset is not optional
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class EventRefused(DomainError):
    """An event that can't be taken in; nothing of it is kept."""

    kind = ErrorKind.INVALID


class FieldMissing(EventRefused):
    code = "field_missing"
    message = _("The field “%(field)s” is missing.")


class FieldUnknown(EventRefused):
    code = "field_unknown"
    message = _("The field “%(field)s” is not known here. Leave it out.")


class FieldInvalid(EventRefused):
    code = "field_invalid"
    message = _("The field “%(field)s” can't be used: it has the wrong kind of value, or is empty or too long.")


class NotAnEvent(EventRefused):
    code = "not_an_event"
    message = _("This is not an event: an event is a JSON object.")


class TypeUnknown(EventRefused):
    code = "type_unknown"
    message = _("No rule of the bank names the event type “%(type)s”. Check the spelling, or make a rule first.")


class AmountNotWhole(EventRefused):
    code = "amount_not_whole"
    message = _("The amount must be a whole number of minor units (fen).")


class AmountNotPositive(EventRefused):
    code = "amount_not_positive"
    message = _("The amount must be greater than zero.")


class AmountTooLarge(EventRefused):
    code = "amount_too_large"
    message = _("The amount is greater than %(most)s minor units, the most an event may have.")


class AmountMissing(EventRefused):
    code = "amount_missing"
    message = _("A rule counts points by the amount, and this event has none.")


class CurrencyWrong(EventRefused):
    code = "currency_wrong"
    message = _("The currency must be %(expected)s.")


class TimeInvalid(EventRefused):
    code = "time_invalid"
    message = _("The time must be a date and time with its offset, as 2026-03-05T10:00:00+08:00.")


class TimeInFuture(EventRefused):
    code = "time_in_future"
    message = _("The time lies in the future.")


class TimeTooOld(EventRefused):
    code = "time_too_old"
    message = _("The time lies more than %(days)s days back.")


class EventIn(NamedTuple):
    """An event that was read and found whole. The customer number stays in memory only."""

    event_id: str
    type: str
    customer: str
    occurred_at: datetime
    amount_minor: int | None = None
    currency: str = ""
    facts: Mapping[str, str] | None = None
    source: str = ""


def read_event(raw: object, *, currency: str, at: datetime, shape: CustomerShape = ANY_SHAPE) -> EventIn:
    """
    The event in a CloudEvents JSON object; `currency` is the alliance's, `shape` that of the bank's customer numbers.

    `at` is the moment of reading.

    :raises EventRefused, CharacterRefused, CustomerRefused: saying which field is wrong, and how.
    """
    if not isinstance(raw, Mapping):
        raise NotAnEvent
    for name in REQUIRED:
        if raw.get(name) is None:
            raise FieldMissing(field=name)
    if len(raw) > len(REQUIRED):
        _check_optional(raw)
    if raw["specversion"] != SPEC_VERSION:
        raise FieldInvalid(field="specversion")
    data = raw["data"]
    if not isinstance(data, Mapping):
        raise FieldInvalid(field="data")
    for name in data:
        if name not in DATA:
            raise FieldUnknown(field=f"data.{name}"[:TEXT_FIELD])
    subject = raw["subject"]
    if not isinstance(subject, str) or len(subject) > TEXT_FIELD:
        raise FieldInvalid(field="subject")
    refuse_unwritable(subject, field="subject")
    customer = shape.read(subject)
    amount = amount_of(data, path="data.")
    return EventIn(
        event_id=text_of(raw, "id", EVENT_ID),
        type=text_of(raw, "type", EVENT_TYPE),
        customer=customer,
        occurred_at=time_of(raw["time"], at),
        amount_minor=amount,
        currency=_currency(data, currency, amount),
        facts={name: text_of(data, name, TEXT_FIELD, "data.") for name in FACTS if name in data} or None,
        source=text_of(raw, "source", TEXT_FIELD),
    )


def content_hash(event: EventIn, *, customer_hash: bytes) -> bytes:
    """32 bytes that tell whether an event sent again says the same: type, customer, instant, data; not its source."""
    facts = [f"{name}={value}" for name, value in sorted((event.facts or {}).items())]
    said = (event.type, customer_hash.hex(), event.occurred_at.astimezone(UTC).isoformat(), str(event.amount_minor), event.currency, *facts)
    return hashlib.sha256(SEPARATOR.join(said).encode()).digest()


def text_of(fields: Mapping[str, Any], name: str, most: int, path: str = "") -> str:
    """
    The text in a field, whole and at most so long; `path` comes before the field's name in what is said.

    :raises FieldInvalid: if it is anything else.
    :raises CharacterRefused: if a character of it is no text.
    """
    value = fields[name]
    if not isinstance(value, str) or not 0 < len(value) <= most or value != value.strip():
        raise FieldInvalid(field=f"{path}{name}")
    refuse_text(value, field=f"{path}{name}")
    return value


def amount_of(fields: Mapping[str, Any], *, path: str = "") -> int | None:
    """
    The whole number of minor units in `amount_minor`; None if there is no such field.

    :raises EventRefused: if it is anything else, or out of bounds.
    """
    if "amount_minor" not in fields:
        return None
    amount = fields["amount_minor"]
    if isinstance(amount, float | Decimal):
        raise AmountNotWhole
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise FieldInvalid(field=f"{path}amount_minor")
    if amount <= 0:
        raise AmountNotPositive
    if amount > EVENT_AMOUNT_MINOR:
        raise AmountTooLarge(most=EVENT_AMOUNT_MINOR)
    return amount


def time_of(value: object, at: datetime) -> datetime:
    """
    The moment in an RFC 3339 text, as it may be told of at the moment `at`.

    :raises EventRefused: if it is none, or too far ahead or back.
    """
    if not isinstance(value, str) or not RFC3339.fullmatch(value):
        raise TimeInvalid
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise TimeInvalid from None
    if moment > at + EVENT_FUTURE:
        raise TimeInFuture
    if moment < at - EVENT_AGE:
        raise TimeTooOld(days=EVENT_AGE.days)
    return moment


def _check_optional(raw: Mapping[str, Any]) -> None:
    for name in raw:
        if name not in ATTRIBUTES:
            raise FieldUnknown(field=str(name)[:TEXT_FIELD])
    if raw.get("datacontenttype", JSON_MEDIA_TYPE) != JSON_MEDIA_TYPE:
        raise FieldInvalid(field="datacontenttype")
    if "dataschema" in raw:
        text_of(raw, "dataschema", TEXT_FIELD)


def _currency(data: Mapping[str, Any], expected: str, amount: int | None) -> str:
    if "currency" not in data:
        if amount is not None:
            raise FieldMissing(field="data.currency")
        return ""
    if data["currency"] != expected:
        raise CurrencyWrong(expected=expected)
    if amount is None:
        raise FieldMissing(field="data.amount_minor")
    return expected
