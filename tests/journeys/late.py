"""With LATE=1 in the environment all that a page asks for comes up to a second late: what looks at a page too early fails then."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any, Final

import pytest
from whitenoise.middleware import WhiteNoiseMiddleware

LATE_SECONDS: Final = float(os.environ.get("LATE", "0"))


def answer_late(patch: pytest.MonkeyPatch) -> None:
    """Each answer after a time of its own, as if on a slow line; at once unless that is asked for."""
    at_once: Callable[..., Any] = WhiteNoiseMiddleware.__call__

    def late(middleware: WhiteNoiseMiddleware, request: Any) -> Any:
        time.sleep(random.uniform(0, LATE_SECONDS))
        return at_once(middleware, request)

    if LATE_SECONDS:
        patch.setattr(WhiteNoiseMiddleware, "__call__", late)
