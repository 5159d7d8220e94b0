"""
`python3 run.py drill`: break things, print `drill <name> ok|BREACH <figures>`, and keep the outcomes in `var/drill.json`.

`ONLY=<name>` runs one drill; `--small` or `SMALL=1` few rounds of each. Every drill has real processes and an embedded
PostgreSQL of its own under `var`, since it kills them: `DATABASE_URL` and `REDIS_URL` are not looked at. The exit
status is 2 if any promise was broken.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from tools.bench.place import Place, scratch_place
from tools.drills.outcome import Outcome, keep

DRILLS: Final = (
    "double_spend",
    "kill_9",
    "workers_killed",
    "answer_cut",
    "broker_wiped",
    "deadlocks",
    "clock",
    "model_check",
    "migration_under_load",
)  # each a module with `drill(place, small=...)`
NOT_LOOKED_AT: Final = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
BREACH_STATUS: Final = 2
USAGE_STATUS: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Carry out all drills, or the one that `ONLY` names."""
    small, only = "--small" in arguments or bool(os.environ.get("SMALL")), os.environ.get("ONLY", "")
    if only and only not in DRILLS:
        print(f"There is no drill “{only}”. There are: {', '.join(DRILLS)}.", file=sys.stderr)
        return USAGE_STATUS
    for name in NOT_LOOKED_AT:
        os.environ.pop(name, None)
    with scratch_place("drill-small" if small else "drill") as place:
        held = [_carry_out(name, place, small=small) for name in ([only] if only else DRILLS)]
    return 0 if all(held) else BREACH_STATUS


def _carry_out(name: str, place: Place, *, small: bool) -> bool:
    """One drill and the books check after it. One that can't be carried out holds nothing."""
    from django.db import connections

    from tools.drills.books import what_drifted

    started = time.monotonic()
    try:
        outcome: Outcome = import_module(f"tools.drills.{name}").drill(place, small=small)
        outcome = Outcome(outcome.figures, [*outcome.breaches, *what_drifted()])
    except Exception as error:  # noqa: BLE001  whatever it is, the other drills go on
        traceback.print_exc()
        outcome = Outcome({}, [f"{type(error).__name__}: {error}"])
        connections.close_all()
    seconds = time.monotonic() - started
    keep(name, outcome, small=small, seconds=seconds)
    print(outcome.line(name), flush=True)
    return outcome.held


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
