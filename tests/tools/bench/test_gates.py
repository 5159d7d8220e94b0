"""Gates of figures: kept beside them, printed with them, and named when they are missed."""

from __future__ import annotations

import pytest

from tools.bench.__main__ import MEASUREMENTS, MODULES
from tools.bench.figures import Figure
from tools.bench.gates import GATES, Gate
from tools.bench.table import table


@pytest.mark.parametrize(("gate", "passing", "missing"), [(Gate(0.7), 0.7, 0.699), (Gate(4, at_most=True), 4, 4.01)])
def test_a_gate_is_passed_at_its_very_value(gate: Gate, passing: float, missing: float) -> None:
    assert gate.holds(passing)
    assert not gate.holds(missing)


def test_a_figure_with_a_gate_is_printed_with_it() -> None:
    assert Figure("earn_batches", 0.25, "of_copy").line == "bench earn_batches 0.250 of_copy gate>=0.2 aim>=0.3"
    assert Figure("capture_during_import", 2.5, "times_alone").line == "bench capture_during_import 2.500 times_alone gate<=4 aim<=2"
    assert Figure("demo_fill", 61, "s").passes is False
    assert Figure("import_rate", 1, "events/s").passes is True


def test_every_gate_is_of_a_figure_that_is_measured_and_every_figure_can_be_asked_for() -> None:
    names = [name for figures in MEASUREMENTS.values() for name in figures]

    assert len(names) == len(set(names))
    assert set(GATES) <= set(names)
    assert set(MODULES) == {*names, *MEASUREMENTS}
    assert MODULES["tall_history"] == "tall_ledger"


def test_the_table_tells_what_was_missed_and_what_it_was_made_with() -> None:
    versions = {"python": "3.11", "cores": 2}
    kept = {
        "import_rate": {"value": 12_345.6, "unit": "events/s", "versions": versions},
        "single_earn": {"value": 0.6512, "unit": "of_pgbench", "versions": versions},
        "tall_post": {"value": 1.1, "unit": "times_small", "versions": versions},
        "forgotten": {"value": 1, "unit": "x", "versions": {}},
    }

    assert table(kept) == [
        "| figure | value | unit | gate | aim | |",
        "|---|---|---|---|---|---|",
        "| `import_rate` | 12,346 | events/s |  |  |  |",
        "| `single_earn` | 0.651 | of_pgbench | ≥ 0.7 | ≥ 0.9 | missed |",
        "| `tall_post` | 1.1 | times_small | ≤ 1.3 | ≤ 1.15 |  |",
        "",
        "Made with python 3.11, cores 2.",
    ]
