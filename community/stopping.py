"""How a long-running process learns that it should end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopping:
    """True once the process was asked to end; its waits end at once then."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._raises = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # a terminal that is closed ends it, unless nohup says otherwise
            signal.signal(signal.SIGHUP, self._ask)

    def __call__(self) -> bool:
        """Whether the process was asked to end."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until asked to end."""
        self._asked.wait(seconds)

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
        self._asked.set()
        if self._raises:
            self._raises = False
            raise KeyboardInterrupt
