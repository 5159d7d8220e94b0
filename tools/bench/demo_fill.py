"""How long the first start waits for the demo neighborhood."""

from __future__ import annotations

import time

from community.config import DEMO_DAYS
from community.management.commands.demo import fill
from tools.bench.figures import Figure, Rounds
from tools.bench.place import fresh_database

DATABASE = "bench_demo"


def measure() -> list[Figure]:
    """Seconds to fill an empty system."""
    rounds = Rounds.take("demo", {"fill": _fill})
    return [Figure("demo_fill", rounds.median("fill"), "s", {"days": DEMO_DAYS, "connections": 1})]


def _fill() -> float:
    with fresh_database(DATABASE):
        began = time.perf_counter()
        fill()
        return time.perf_counter() - began
