"""Progress bars for commands: rate and time left on a terminal, silence in a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Never, TypeVar

from tqdm import tqdm

T = TypeVar("T")


def track(items: Iterable[T], *, label: str, total: int | None = None, unit: str = "it") -> Iterator[T]:
    """Yield the items while a bar shows how many went by, how fast, and how long it will still take."""
    yield from tqdm(items, desc=label, total=total, unit=unit, disable=None, dynamic_ncols=True)


def bar(*, label: str, total: int | None, unit: str = "it", done: int = 0) -> tqdm[Never]:
    """A bar that is moved by hand with `update(n)`; use it as a context manager. What is `done` already counts for no speed."""
    return tqdm(desc=label, total=total, unit=unit, initial=done, disable=None, dynamic_ncols=True)
