"""What the drills say; that they hold is shown by `SMALL=1 make drill`, which `.ci/run` calls once."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.repo.sources import ROOT
from tests.waiting import PATIENCE_SECONDS
from tools.drills.__main__ import DRILLS, NOT_LOOKED_AT
from tools.drills.outcome import Outcome

NOT_PASSED_ON = ("PYTEST", "POINTS_TEST_RUN", "VAR_DIR", "ONLY", *NOT_LOOKED_AT)


def run_drills(**settings: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
    return subprocess.run(
        [sys.executable, "-m", "tools.drills", "--small"],
        cwd=ROOT,
        env={**ours, **settings},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_an_unknown_drill_is_named_beside_the_known_ones() -> None:
    done = run_drills(ONLY="earthquake")

    assert done.stderr == f"There is no drill “earthquake”. There are: {', '.join(DRILLS)}.\n"
    assert done.returncode == 2


def test_a_drill_is_one_line_and_a_breach_says_what_was_broken() -> None:
    figures = {"cuts": 1_000, "seconds": 12.3456}

    assert Outcome(figures).line("answer_cut") == "drill answer_cut ok cuts=1000 seconds=12.35"
    broken = Outcome(figures, ["2 keys were lost", "1 key was doubled"])
    assert broken.line("answer_cut") == "drill answer_cut BREACH cuts=1000 seconds=12.35 2 keys were lost; 1 key was doubled"
    assert (Outcome(figures).held, broken.held) == (True, False)
