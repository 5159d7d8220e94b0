"""What each figure must reach (the gate) and is meant to reach (the aim), by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound of a figure, from below or from above."""

    gate: float
    aim: float | None = None
    at_most: bool = False

    def holds(self, value: float) -> bool:
        """Whether the figure passes."""
        return value <= self.gate if self.at_most else value >= self.gate

    @property
    def words(self) -> str:
        """As it is printed behind the figure."""
        sign = "<=" if self.at_most else ">="
        return f"gate{sign}{self.gate:g}" + ("" if self.aim is None else f" aim{sign}{self.aim:g}")


GATES: Final[Mapping[str, Gate]] = {
    "single_earn": Gate(0.7, 0.9),
    "single_redeem": Gate(0.7, 0.9),
    "hot_merchant": Gate(0.95, 1),
    "one_bank": Gate(0.95, 1),
    "earn_batches": Gate(0.20, 0.30),
    "mixed_batches": Gate(0.6, 0.8),
    "capture_during_import": Gate(4, 2, at_most=True),
    "tall_post": Gate(1.3, 1.15, at_most=True),
    "tall_balance": Gate(1.2, 1, at_most=True),
    "tall_history": Gate(1.2, 1, at_most=True),
    "log_seal_of_batch": Gate(1),
    "log_price": Gate(0.15, at_most=True),
    "log_verifier_million": Gate(60, at_most=True),
    "import_vs_copy": Gate(0.15),
    "http_capture": Gate(0.4),
    "http_capture_statements": Gate(8, at_most=True),
    "hand_scan_to_green_p95": Gate(3, at_most=True),
    "code_page_cold_p95": Gate(1_000, at_most=True),
    "home_weight": Gate(60, at_most=True),
    "demo_fill": Gate(60, at_most=True),
}
