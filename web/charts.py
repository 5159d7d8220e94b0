"""Bars of a small chart, placed by the server: the template only draws them. The numbers stand in a table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 320
HEIGHT: Final = 132
FLOOR: Final = 108  # the bars stand on it; names are below
BAR: Final = 16
GAP: Final = 4
LEAST: Final = 3  # a bar that is there can be seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the drawing's own units."""

    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Group:
    """Two bars side by side, with their name below and their numbers for the table."""

    name: str
    x: float
    earned: int
    redeemed: int
    bars: tuple[Bar, Bar]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of groups."""

    groups: Sequence[Group]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR
    bar: int = BAR


def bars_by_name(rows: Sequence[tuple[str, int, int]]) -> Chart:
    """A chart of (name, earned, redeemed); what is negative stands as nothing."""
    most = max((max(earned, redeemed) for _name, earned, redeemed in rows), default=0) or 1
    step = WIDTH / max(len(rows), 1)
    return Chart([_group(row, x=step * (place + 0.5), most=most) for place, row in enumerate(rows)])


def _group(row: tuple[str, int, int], *, x: float, most: int) -> Group:
    name, earned, redeemed = row
    left, right = x - BAR - GAP / 2, x + GAP / 2
    return Group(name, round(x, 1), earned, redeemed, (_bar(left, earned, most), _bar(right, redeemed, most)))


def _bar(x: float, value: int, most: int) -> Bar:
    height = 0.0 if value <= 0 else max(LEAST, (FLOOR - 8) * value / most)
    return Bar(round(x, 1), round(FLOOR - height, 1), round(height, 1))
