"""A day's points by hour as a bar chart: plain numbers for an SVG that is drawn on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HOURS: Final = 24
WIDTH: Final = 360
HEIGHT: Final = 150
LEFT: Final = 4
TOP: Final = 18  # room for the number at the top line
FLOOR: Final = 126  # where the bars stand; the hours are written below
STEP: Final = (WIDTH - 2 * LEFT) / HOURS
BAR: Final = STEP * 0.68
LEAST: Final = 2.0  # an hour with a single point is still seen
LABELLED: Final = (0, 6, 12, 18)
ROUND: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: where its bar stands, and what it says."""

    hour: int
    points: int
    x: float
    y: float
    width: float
    height: float

    @property
    def span(self) -> str:
        """The hour as people write it: `09:00–10:00`."""
        return f"{self.hour:02d}:00–{self.hour + 1:02d}:00"


@dataclass(frozen=True, slots=True)
class HoursChart:
    """Everything a template needs to draw a day."""

    bars: tuple[Bar, ...]
    total: int
    top: int
    ticks: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR
    ceiling: int = TOP
    middle: float = (FLOOR + TOP) / 2

    @property
    def busiest(self) -> Bar | None:
        """The hour with the most points, if there are any."""
        best = max(self.bars, key=lambda bar: bar.points)
        return best if best.points else None


def hours_chart(points: Mapping[int, int]) -> HoursChart:
    """Lay a day out: 24 bars under a round top line."""
    assert points.keys() <= set(range(HOURS)), "a day has 24 hours"
    top = _round_up(max(points.values(), default=0))
    return HoursChart(
        bars=tuple(_bar(hour, points.get(hour, 0), top) for hour in range(HOURS)),
        total=sum(points.values()),
        top=top,
        ticks=tuple((round(LEFT + hour * STEP, 1), f"{hour:02d}:00") for hour in LABELLED),
    )


def _bar(hour: int, points: int, top: int) -> Bar:
    height = max((FLOOR - TOP) * points / top, LEAST) if points else 0.0
    x = LEFT + hour * STEP + (STEP - BAR) / 2
    return Bar(hour, points, round(x, 1), round(FLOOR - height, 1), round(BAR, 1), round(height, 1))


def _round_up(points: int) -> int:
    """The next of 10, 20, 50, 100, 200 …; an empty day has a top line of 10."""
    power = 10
    while power * ROUND[-1] < points:
        power *= 10
    return next(power * step for step in ROUND if power * step >= points)
