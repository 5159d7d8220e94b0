"""
What a bank's file of events looks like: JSON Lines with a CloudEvent a line, or CSV with a column for each field.

CSV: `id`, `type`, `subject` (or `customer`), `time`, then `amount_minor` (whole fen) or `amount` (yuan, “245.20”),
`currency` (the alliance's if left out), `category`, `counterparty_bank`, `channel`, `source`. A time without an offset is
the alliance's time; a day alone is its first moment. An empty cell says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from core.clock import alliance_zone, day_starts
from core.limits import EVENT_AMOUNT_MINOR, TEXT_FIELD
from core.money import MINOR_PER_MAJOR
from core.numbers import plain_amount
from earning.events import (
    FACTS,
    JSON_MEDIA_TYPE,
    SPEC_VERSION,
    AmountNotWhole,
    AmountTooLarge,
    FieldInvalid,
    FieldUnknown,
    TimeInvalid,
)
from imports.services import Columns

FIELDS: Final = ("id", "type", "subject", "customer", "time", "amount_minor", "amount", "currency", *FACTS, "source")
KNOWN: Final = frozenset(FIELDS)
COLUMNS: Final = Columns(required=("id", "type", "time"), known=FIELDS, extra_refused=True)
FILE_SOURCE: Final = "file"
WHOLE: Final = re.compile(r"-?\d+", re.ASCII)
DECIMAL: Final = re.compile(r"(-?)(\d+)\.(\d+)", re.ASCII)
DIGITS: Final = 20  # more are an absurd amount, and int() refuses to read very long ones
MINOR_DIGITS: Final = 2
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LOCAL_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?", re.ASCII)


def cloud_event(fields: Mapping[str, Any], *, currency: str) -> Mapping[str, Any]:
    """
    A row as CloudEvents JSON: a JSON line as it is, a CSV row with its cells put in their places.

    :raises EventRefused: if a cell can't be read.
    """
    if "specversion" in fields or "data" in fields:
        return fields
    cells = {name: value for name, value in fields.items() if value not in {"", None}}
    for name, value in cells.items():
        if name not in KNOWN:
            raise FieldUnknown(field=str(name)[:TEXT_FIELD])
        if not isinstance(value, str):
            raise FieldInvalid(field=name)
    if ("subject" in cells and "customer" in cells) or ("amount" in cells and "amount_minor" in cells):
        raise FieldUnknown(field="customer" if "customer" in cells else "amount")
    event: dict[str, Any] = {name: cells[name].strip() for name in ("id", "type") if name in cells}
    event |= {"specversion": SPEC_VERSION, "datacontenttype": JSON_MEDIA_TYPE, "source": cells.get("source", FILE_SOURCE)}
    if customer := cells.get("subject", cells.get("customer")):
        event["subject"] = customer.strip()
    if "time" in cells:
        event["time"] = _time(cells["time"].strip())
    event["data"] = _data(cells, currency)
    return event


def _data(cells: Mapping[str, str], currency: str) -> dict[str, Any]:
    data: dict[str, Any] = {name: cells[name].strip() for name in FACTS if name in cells}
    if "amount_minor" in cells:
        data["amount_minor"] = _minor(cells["amount_minor"].strip())
    elif "amount" in cells:
        data["amount_minor"] = _major(cells["amount"].strip())
    if "currency" in cells:
        data["currency"] = cells["currency"].strip()
    elif "amount_minor" in data:
        data["currency"] = currency
    return data


def _minor(typed: str) -> int:
    text = plain_amount(typed)
    if DECIMAL.fullmatch(text):
        raise AmountNotWhole
    return _whole(text, "amount_minor")


def _major(typed: str) -> int:
    text = plain_amount(typed)
    match = DECIMAL.fullmatch(text)
    if match is None:
        return _whole(text, "amount") * MINOR_PER_MAJOR
    sign, whole, fraction = match.groups()
    if len(fraction) > MINOR_DIGITS:
        raise AmountNotWhole
    return _whole(f"{sign}{whole}{fraction:0<2}", "amount")


def _whole(text: str, field: str) -> int:
    if not WHOLE.fullmatch(text):
        raise FieldInvalid(field=field)
    if len(text) > DIGITS:
        raise AmountTooLarge(most=EVENT_AMOUNT_MINOR)
    return int(text)


def _time(text: str) -> str:
    """The time in full, with its offset."""
    try:
        if DAY.fullmatch(text):
            return day_starts(date.fromisoformat(text)).isoformat()
        if LOCAL_TIME.fullmatch(text):
            return datetime.fromisoformat(text.upper()).replace(tzinfo=alliance_zone()).isoformat()
    except ValueError:
        raise TimeInvalid from None
    return text
