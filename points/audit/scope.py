"""
How much of the books a check looks at. Its SQL says where that matters, in braces; here is what is written there.

`{wallets a.party_id}` is a condition on a wallet (or another party), `{numbers s.number}` on a sealed number,
`{days s.day_id}` on a closed business day, `{since r.captured_at}` on when something was recorded; `{after}` and
`{day_number}` are the last number, and the last number of a closed day, that were checked before.
A check with none of them looks at everything, always.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection

from core.clock import alliance_zone

NEW_TOTALS: Final = Path(__file__).parent / "new_totals.sql"
_PLACE: Final = re.compile(r"\{([a-z]\w*)(?: ([\w.]+))?\}")
_SET: Final = "select set_config(%s, %s, true)"
# As in the ledger's own functions: what is asked for is little, and walks the indexes however large the tables are.
_WALK_INDEXES: Final = "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the places in a check's SQL become."""

    words: Mapping[str, str]

    def write(self, text: str) -> str:
        """The SQL of a check, for this scope."""
        return _PLACE.sub(lambda place: self._word(place[1]).replace("{}", place[2] or ""), text)

    def narrows(self, text: str) -> bool:
        """Whether this SQL looks at less than everything."""
        return any(place[1] in NARROWING for place in _PLACE.finditer(text))

    def _word(self, name: str) -> str:
        if name == "zone":
            return f"'{alliance_zone().key}'"
        return self.write(NEW_TOTALS.read_text(encoding="utf-8")) if name == "new_totals" else self.words[name]


NARROWING: Final = {"wallets", "numbers", "days", "since", "day_number", "new_totals"}
EVERYTHING: Final = Scope({"wallets": "true", "numbers": "true", "days": "true", "since": "true", "after": "0::bigint", "day_number": "0"})
ONLY_NEW: Final = Scope(
    {
        "wallets": "{} = any (current_setting('books.wallets')::uuid[])",
        "numbers": "{} > current_setting('books.after')::bigint and {} <= current_setting('books.upto')::bigint",
        "days": "{} > current_setting('books.day')::date",
        "since": "{} > current_setting('books.since')::timestamptz",
        "after": "current_setting('books.after')::bigint",
        "day_number": "current_setting('books.day_number')::bigint",
    }
)


def look_at(*, after: int, upto: int, day: date | None, day_number: int, since: datetime) -> None:
    """Narrow `ONLY_NEW`, in this transaction, to numbers (after, upto], to days closed after `day`, to what was recorded after `since`."""
    with connection.cursor() as cursor:
        cursor.execute(_WALK_INDEXES)
        narrow = {"after": after, "upto": upto, "day": day or "-infinity", "day_number": day_number, "since": since.isoformat()}
        for name, value in narrow.items():
            cursor.execute(_SET, [f"books.{name}", str(value)])
    look_at_wallets([])


def look_at_wallets(wallets: Sequence[UUID]) -> None:
    """Narrow `ONLY_NEW`, in this transaction, to these wallets."""
    with connection.cursor() as cursor:
        cursor.execute(_SET, ["books.wallets", f"{{{','.join(map(str, wallets))}}}"])
