"""An installation's one lock: who holds it is the start that runs, and at which address its site is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from community.local.secrets_file import make_private_folder

NAME: Final = "run.lock"


class RunsAlready(Exception):
    """Another start holds the lock; its process id is the message."""


@contextmanager
def only_start(var: Path, *, address: str) -> Iterator[None]:
    """
    Hold the lock for as long as this start runs.

    :raises RunsAlready: if another start holds it.
    """
    make_private_folder(var)
    with (var / NAME).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise RunsAlready(lock.readline().strip()) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n{address}\n")
        lock.flush()
        yield


def running_site(*, var: Path) -> str:
    """The address of the site that runs; empty if none does."""
    try:
        with (var / NAME).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return ""
    except BlockingIOError:
        return [*(var / NAME).read_text().splitlines(), "", ""][1]
    return ""
