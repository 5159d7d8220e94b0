"""Programs that tests start: each one ends with its test, however that ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings


@contextmanager
def running(program: str, *arguments: str, **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Run Python code in a process of its own, with the options of `Popen`."""
    with subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=settings.BASE_DIR, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: subprocess.Popen[Any]) -> Any:
    """What it says next, with the line's end; nothing if it has ended."""
    assert process.stdout is not None
    return process.stdout.readline()
