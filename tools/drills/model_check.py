"""Every verb of the ledger in random histories, against a ledger in plain Python that predicts each answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Final

from tools.bench.place import ROOT, Place
from tools.drills.outcome import Outcome

STEPS: Final = 100_000
SMALL_STEPS: Final = 300
HISTORIES: Final = 60  # at a time; more follow until there are enough steps
SMALL_HISTORIES: Final = 2
TEST: Final = "tests/properties/test_ledger_history.py"
COUNTED: Final = re.compile(r"^\.?(\d+) steps in (\d+) histories", re.MULTILINE)
SHOWN_LINES: Final = 15
NOT_PASSED_ON: Final = ("VAR_DIR", "DJANGO_SETTINGS_MODULE", "POINTS_TEST_RUN", "PYTEST")


def drill(_place: Place, *, small: bool) -> Outcome:
    """Run the property test in a process of its own, on the tests' own database, until enough commands were asked."""
    steps = SMALL_STEPS if small else STEPS
    ours = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", TEST, "-k", "answers_as_the_plain_one"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**ours, "STEPS": str(steps), "HISTORIES": str(SMALL_HISTORIES if small else HISTORIES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        return Outcome({}, ["the ledgers differ: " + " / ".join(done.stdout.splitlines()[-SHOWN_LINES:])])
    counted = COUNTED.search(done.stdout)
    asked, histories = (int(number) for number in counted.groups()) if counted else (0, 0)
    few = [f"only {asked} steps were asked"] if asked < steps else []
    return Outcome({"steps": asked, "histories": histories, "differences": 0}, few)
