"""Figures: how they are taken, printed and kept."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from typing import Any, Final

from core.progress import bar
from tools.bench.gates import GATES, Gate
from tools.bench.place import ROOT

KEPT: Final = ROOT / "var" / "bench.json"
PRECISE_BELOW: Final = 1000
ROUNDS: Final = int(os.environ.get("ROUNDS", "5"))


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and what it was measured with."""

    name: str
    value: float
    unit: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """As `make bench` prints it."""
        whole = self.value >= PRECISE_BELOW or float(self.value).is_integer()
        shown = f"bench {self.name} {self.value:.{0 if whole else 3}f} {self.unit}"
        return f"{shown} {self.gate.words}" if self.gate else shown

    @property
    def gate(self) -> Gate | None:
        """What it must reach, if anything."""
        return GATES.get(self.name)

    @property
    def passes(self) -> bool:
        """Whether it reaches what it must."""
        return self.gate is None or self.gate.holds(self.value)


class Rounds:
    """What several measurements gave in rounds: one after another, so that a slow minute falls on all alike."""

    def __init__(self, taken: Mapping[str, list[float]]) -> None:
        self._taken = taken

    @classmethod
    def take(cls, label: str, measurements: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> Rounds:
        """Take every measurement once a round."""
        taken: dict[str, list[float]] = {name: [] for name in measurements}
        with bar(label=label, total=rounds * len(measurements), unit=" runs") as progress:
            for _round in range(rounds):
                for name, measure in measurements.items():
                    taken[name].append(measure())
                    progress.update()
        return cls(taken)

    def median(self, name: str) -> float:
        """The median of one measurement."""
        return median(self._taken[name])

    def ratio(self, name: str, *, to: str) -> float:
        """The median of the rounds' own ratios."""
        return median(value / base for value, base in zip(self._taken[name], self._taken[to], strict=True))


def keep(figures: Iterable[Figure]) -> None:
    """Write the figures to `var/bench.json`, beside those of other measurements made before."""
    known: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    made_with = versions()
    for figure in figures:
        known[figure.name] = {
            "value": round(figure.value, 4),
            "unit": figure.unit,
            "parameters": {**figure.parameters, "rounds": ROUNDS},
            "versions": made_with,
            **({"gate": figure.gate.gate, "aim": figure.gate.aim, "passes": figure.passes} if figure.gate else {}),
        }
    KEPT.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def versions() -> dict[str, Any]:
    """What the figures were made with."""
    import django
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        (server,) = cursor.fetchone()
    return {
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": server,
        "psycopg2": version("psycopg2-binary"),
        "granian": version("granian"),
        "django-hordak": version("django-hordak"),
        "cores": os.cpu_count(),
    }
