"""Which network the present visitor comes from, for as long as their request lasts."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token

Network = Callable[[], str]
_present: ContextVar[Network | None] = ContextVar("network_of_the_visitor", default=None)


class VisitFrom:
    """While this lasts, the visitor comes from there. It says how to find out, since hardly any request leads to an event that asks."""

    __slots__ = ("_network", "_token")  # not `contextlib`'s: this stands around every request

    def __init__(self, network: Network) -> None:
        self._network = network

    def __enter__(self) -> None:
        self._token: Token[Network | None] = _present.set(self._network)

    def __exit__(self, *_failure: object) -> None:
        _present.reset(self._token)


def present_network() -> str:
    """The visitor's network; empty in a process that serves nobody."""
    network = _present.get()
    return network() if network else ""
