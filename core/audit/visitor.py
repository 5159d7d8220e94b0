"""Which network the present visitor comes from, for as long as their request lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_present: ContextVar[str] = ContextVar("network_of_the_visitor", default="")


@contextmanager
def visit_from(network: str) -> Iterator[None]:
    """Say where the visitor comes from while this lasts."""
    token = _present.set(network)
    try:
        yield
    finally:
        _present.reset(token)


def present_network() -> str:
    """The visitor's network; empty in a process that serves nobody."""
    return _present.get()
