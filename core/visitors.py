"""Where a request comes from: the visitor's address behind the proxies that the installation says it has."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

UNKNOWN: Final = "unknown"  # e.g. a server on a Unix socket, with no proxy that says more
V4_PREFIX, V6_PREFIX = 24, 56  # what one household or company is given at most
WITH_PORT: Final = re.compile(r"\[(?P<v6>[^\]]+)\](?::[0-9]+)?|(?P<v4>[0-9.]+):[0-9]+")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def visitor_address(meta: Mapping[str, Any]) -> str:
    """
    The visitor's address, from a request's `META`.

    Each proxy appends the address it was asked from to `X-Forwarded-For`. Of `TRUSTED_PROXIES` of them, the entry that many
    from the right was written by the outermost; what stands left of it is the visitor's own word, and is never read.
    """
    found = _forwarded(meta) or _address(str(meta.get("REMOTE_ADDR", "")))
    return str(found) if found else UNKNOWN


def network_of(address: str) -> str:
    """The network an address belongs to, as counters of strangers take it: /24, of IPv6 /56."""
    found = _address(address)
    if found is None:
        return UNKNOWN
    prefix = V4_PREFIX if isinstance(found, ipaddress.IPv4Address) else V6_PREFIX
    return str(ipaddress.ip_network(f"{found}/{prefix}", strict=False))


def _forwarded(meta: Mapping[str, Any]) -> Address | None:
    proxies: int = settings.TRUSTED_PROXIES
    entries = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", proxies)[-proxies:] if proxies else []
    return _address(entries[0]) if proxies and len(entries) == proxies else None


def _address(text: str) -> Address | None:
    text = text.strip()
    found = WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((found["v6"] or found["v4"]) if found else text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or ipaddress.IPv6Address(int(address))  # without its zone
    return address
