"""Figures as they are printed, and rounds as they are compared."""

from __future__ import annotations

import pytest

from tools.bench.figures import Figure, Rounds
from tools.bench.load import percentile
from tools.bench.servers import web_command


def test_a_figure_is_one_line() -> None:
    assert Figure("import_vs_copy", 0.1534, "of_copy").line == "bench import_vs_copy 0.153 of_copy gate>=0.15"
    assert Figure("copy_rate", 21_234.5, "events/s").line == "bench copy_rate 21234 events/s"
    assert Figure("statements", 7, "statements").line == "bench statements 7 statements"


def test_measurements_take_turns_and_ratios_are_of_the_same_round() -> None:
    order: list[str] = []
    slow, fast = iter([10.0, 1.0, 4.0]), iter([20.0, 4.0, 4.0])

    def measure(name: str) -> float:
        order.append(name)
        return next({"slow": slow, "fast": fast}[name])

    rounds = Rounds.take("test", {"slow": lambda: measure("slow"), "fast": lambda: measure("fast")}, rounds=3)

    assert order == ["slow", "fast"] * 3
    assert (rounds.median("slow"), rounds.median("fast")) == (4.0, 4.0)
    assert rounds.ratio("slow", to="fast") == 0.5  # of 0.5, 0.25 and 1


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51), (0.99, 100), (1.0, 100), (0.0, 1)])
def test_percentiles(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_other_applications_are_served_as_the_procfile_serves_the_product() -> None:
    product, other = web_command("community.wsgi:application", port=1), web_command("tools.bench.plain_function:application", port=1)

    assert product[0] == "granian"
    assert [word for word in product if word not in other] == ["community.wsgi:application"]
