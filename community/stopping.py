"""How a long-running process learns that it should end."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopping:
    """
    True once the process was asked to end; its waits end at once then.

    A signal comes between any two steps of the program, also within a wait. What tells the wait has no lock for that reason
    (`threading.Event` has one, and hangs for ever if the wait just holds it): it is a byte in a pipe that nobody reads.
    """

    def __init__(self) -> None:
        self._raises = False
        self._reader, self._writer = os.pipe()
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # a terminal that is closed ends it, unless nohup says otherwise
            signal.signal(signal.SIGHUP, self._ask)

    def __call__(self) -> bool:
        """Whether the process was asked to end."""
        return self._hears_within(0)

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until asked to end."""
        self._hears_within(seconds)

    @contextmanager
    def interrupts(self) -> Iterator[None]:
        """
        Do work that can be broken off anywhere.

        :raises KeyboardInterrupt: at once when asked to end; asked again, it lets the cleaning up go on.
        """
        self._raises = True
        try:
            yield
        finally:
            self._raises = False

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if not self():  # one byte is enough; the pipe never fills
            os.write(self._writer, b".")
        if self._raises:
            self._raises = False
            raise KeyboardInterrupt

    def _hears_within(self, seconds: float) -> bool:
        readable, _writable, _odd = select.select([self._reader], [], [], seconds)
        return bool(readable)
