"""Which network the present visitor comes from, for as long as their request lasts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

HOME_BITS: Final = {4: 24, 6: 56}  # what a provider gives one household or office, so that no address names a person

_present: ContextVar[str] = ContextVar("network_of_the_visitor", default="")


@contextmanager
def visit_from(address: str) -> Iterator[None]:
    """Say where the visitor comes from while this lasts; what isn't an address says nothing."""
    token = _present.set(network_of(address))
    try:
        yield
    finally:
        _present.reset(token)


def present_network() -> str:
    """The visitor's network; empty in a process that serves nobody."""
    return _present.get()


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /56 of an IPv6 one, e.g. `203.0.113.0/24`; empty for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    plain = str(found).partition("%")[0]
    return str(ipaddress.ip_network(f"{plain}/{HOME_BITS[found.version]}", strict=False))
