"""`python -m tools.bench.table`: the figures kept in `var/bench.json` as a Markdown table, for `docs/performance.md`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from tools.bench.__main__ import MEASUREMENTS
from tools.bench.figures import KEPT, PRECISE_BELOW
from tools.bench.gates import GATES

HEAD = ("| figure | value | unit | gate | aim | |", "|---|---|---|---|---|---|")


def main() -> int:
    """Print the table, in the order in which things are measured."""
    if not KEPT.exists():
        print("Nothing was measured yet. Run: python3 run.py bench", file=sys.stderr)
        return 1
    for line in table(json.loads(KEPT.read_text())):
        print(line)
    return 0


def table(kept: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A row a figure, then a sentence on what they were made with."""
    names = [name for figures in MEASUREMENTS.values() for name in figures if name in kept]
    made_with = sorted({", ".join(f"{what} {which}" for what, which in kept[name]["versions"].items()) for name in names})
    return [*HEAD, *(_row(name, kept[name]) for name in names), "", *(f"Made with {words}." for words in made_with)]


def _row(name: str, figure: Mapping[str, Any]) -> str:
    value, gate = figure["value"], GATES.get(name)
    shown = f"{value:,.0f}" if value >= PRECISE_BELOW or float(value).is_integer() else f"{value:.3g}"
    sign = "" if gate is None else "≤ " if gate.at_most else "≥ "
    bounds = ["", ""] if gate is None else [f"{sign}{gate.gate:g}", "" if gate.aim is None else f"{sign}{gate.aim:g}"]
    verdict = "" if gate is None or gate.holds(value) else "missed"
    return f"| `{name}` | {shown} | {figure['unit']} | {' | '.join(bounds)} | {verdict} |"


if __name__ == "__main__":
    sys.exit(main())
