"""How a drill ended: printed in one line, and kept in `var/drill.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tools.bench.place import ROOT

KEPT: Final = ROOT / "var" / "drill.json"
Value = int | float | str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A drill's figures, and in words everything that must not be and was."""

    figures: Mapping[str, Value]
    breaches: Sequence[str] = ()

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return not self.breaches

    def line(self, name: str) -> str:
        """As `make drill` prints it."""
        figures = " ".join(f"{figure}={_short(value)}" for figure, value in self.figures.items())
        return " ".join(filter(None, (f"drill {name} {'ok' if self.held else 'BREACH'}", figures, "; ".join(self.breaches))))


def keep(name: str, outcome: Outcome, *, small: bool, seconds: float) -> None:
    """Write the outcome to `var/drill.json`, beside those of other drills."""
    known: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    known[name] = {
        "held": outcome.held,
        "figures": dict(outcome.figures),
        "breaches": list(outcome.breaches),
        "small": small,
        "seconds": round(seconds, 1),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    KEPT.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def _short(value: Value) -> Value:
    return round(value, 2) if isinstance(value, float) else value
