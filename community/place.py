"""
Whether this place is what its settings say: a trial on one machine, or a server.

Embedded, anyone may read the sign-in codes and sign in as the demo's people. So it doesn't start where it looks as if
others could reach it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
TRIAL: Final = (
    "Without DATABASE_URL this is a trial on one machine: everyone who reaches it can read sign-in codes and sign in as the demo's people. "
)
TO_DO: Final = "On a server set DATABASE_URL as well; to try it, unset {name}."
FOR_PHONES: Final = " For phones in the same network set PHONE=1."


def check_place(found: Mapping[str, Any]) -> None:
    """
    Look at the settings together.

    :raises ImproperlyConfigured: with the name of the setting that doesn't fit and what to do.
    """
    for name, sentence in (_of_a_trial if found["EMBEDDED"] else _of_a_server)(found):
        raise ImproperlyConfigured(f"{name} {sentence}")


def _of_a_trial(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    own = LOOPBACK | ({found["SITE_HOST"]} if found["PHONE"] else set())
    servers = {  # what only a server has
        "OWNER_DATABASE_URL": found["OWNER_DATABASE_URL"],
        "REDIS_URL": found["REDIS_URL"],
        "ALLOWED_HOSTS": ", ".join(host for host in found["ALLOWED_HOSTS"] if host.lower() not in own),
        "CSRF_TRUSTED_ORIGINS": found["CSRF_TRUSTED_ORIGINS"],
        "PROXY": found["PROXY"],
        "TRUSTED_PROXIES": found.get("TRUSTED_PROXIES", 0),
        "HTTPS": found["HTTPS"] and not found["PHONE"],
    }
    for name, value in servers.items():
        if value:
            yield name, f"is set, which is for servers. {TRIAL}{TO_DO.format(name=name)}"
    if not found["PHONE"] and found["HOST"] not in LOOPBACK:
        yield "HOST", f"is an address that others reach. {TRIAL}{TO_DO.format(name='HOST')}{FOR_PHONES}"
    if found["DEBUG"] and found["PHONE"]:
        yield "DEBUG", "shows source code and settings to everyone in the network. Unset DEBUG or PHONE."


def _of_a_server(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if found["DEBUG"]:
        yield "DEBUG", "shows source code and settings to whoever meets an error. Unset it; with DATABASE_URL set it is never on."
