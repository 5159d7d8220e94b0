"""The clock that every test holds in its hand: it stands still, but for a millisecond each time it is read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final, Protocol

import pytest
import time_machine
from django.utils import timezone

from tests.world import moment

BEGINS: Final = moment("2026-11-18", "12:00:00")  # a Wednesday at noon: far from midnight, month's end and the end of a code
TICK: Final = timedelta(milliseconds=1)  # ids carry milliseconds: what comes later sorts later


_nanoseconds = time.time_ns


class Follower(Protocol):
    """A clock of somebody else's, which goes as a test's does."""

    def stop(self) -> None:
        """Ask nobody the time until it goes on."""

    def go_on(self, at: datetime) -> None:
        """Stand at that moment."""


class Clock:
    """The clock of the wall, of threads too; programs that a test starts, and PostgreSQL, have their own."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self._lock = Lock()
        self._others: list[Follower] = []

    def now(self) -> datetime:
        """The present moment, a tick after the last time somebody asked."""
        with self._lock:
            self._traveller.shift(TICK)
            return datetime.now(UTC)

    def nanoseconds(self) -> int:
        """The same, as ids are made of it."""
        with self._lock:
            self._traveller.shift(TICK)
            return _nanoseconds()

    def forward(self, seconds: float) -> None:
        """Let so much time pass, for all who follow too; nobody sees one clock put forward and another not yet."""
        for other in self._others:
            other.stop()
        with self._lock:
            self._traveller.shift(timedelta(seconds=seconds))
        for other in self._others:
            other.go_on(datetime.now(UTC))

    def lead(self, other: Follower) -> None:
        """Set another clock like this one, now and each time it is put forward."""
        self._others.append(other)
        other.go_on(datetime.now(UTC))


@contextmanager
def clock_in_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Hold the clock of this process."""
    with time_machine.travel(BEGINS.timestamp(), tick=False) as traveller:
        clock = Clock(traveller)
        monkeypatch.setattr(timezone, "now", clock.now)
        monkeypatch.setattr(time, "time_ns", clock.nanoseconds)
        yield clock
