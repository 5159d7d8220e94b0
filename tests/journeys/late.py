"""
With LATE=1 in the environment all that a page asks for comes up to a second late: what looks at a page too early fails then.

A page itself comes late twice: it has begun, and there is nothing on it yet.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from django.http import HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

LATE_SECONDS: Final = float(os.environ.get("LATE", "0"))


def answer_late(patch: pytest.MonkeyPatch) -> None:
    """Each answer after a time of its own, and again after its first byte, as if on a slow line; at once unless that is asked for."""
    at_once: Callable[..., Any] = WhiteNoiseMiddleware.__call__

    def late(middleware: WhiteNoiseMiddleware, request: Any) -> Any:
        time.sleep(random.uniform(0, LATE_SECONDS))
        return at_once(middleware, request)

    def in_two_parts(answer: HttpResponse) -> Iterator[bytes]:
        content = answer.content
        yield content[:1]
        time.sleep(random.uniform(0, LATE_SECONDS))
        yield content[1:]

    if LATE_SECONDS:
        patch.setattr(HttpResponse, "__iter__", in_two_parts)
        patch.setattr(WhiteNoiseMiddleware, "__call__", late)
