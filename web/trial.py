"""
What only a trial on one machine shows: the inbox with sign-in codes, the demo's people, the figures.

A request that came through a proxy came from somewhere else, whatever address it seems to have. A proxy that tells
nothing at all can't be seen from here; docs/settings.md says what to set instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from identity.models import User

THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1"})
OF_PROXIES: Final = frozenset(
    {
        "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_CLIENT_IP", "HTTP_TRUE_CLIENT_IP",
        "HTTP_X_CLUSTER_CLIENT_IP", "HTTP_CF_CONNECTING_IP", "HTTP_CF_RAY", "HTTP_FASTLY_CLIENT_IP", "HTTP_X_PROXYUSER_IP",
    }
)  # fmt: skip
BEGINNINGS: Final = ("HTTP_X_FORWARDED", "HTTP_X_ORIGINAL_", "HTTP_X_ENVOY_", "HTTP_X_AMZN_", "HTTP_X_APPENGINE_")
OLD_HTTP: Final = ("HTTP/0.9", "HTTP/1.0")  # no browser speaks it; proxies do, as nginx unless told otherwise


def is_trial(request: HttpRequest) -> bool:
    """Whether what is for trying may be shown: embedded, and asked by this machine or, with `PHONE`, by its network."""
    if not settings.EMBEDDED or _came_through_a_proxy(request):
        return False
    return settings.PHONE_CERTIFICATE is not None or _came_from_here(request)


def is_this_machine(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, and for nobody else."""
    return _came_from_here(request) and not _came_through_a_proxy(request)


class TrialOnlyMiddleware:
    """
    Signs made-up people out of a trial that is asked through a proxy: their password is printed in this repository.

    On a server their sessions are not valid at all (`identity.models`), and no request is asked whose it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look who asks, where it matters."""
        if settings.EMBEDDED and not is_trial(request) and isinstance(request.user, User) and request.user.is_made_up:
            logout(request)
        return self.get_response(request)


def _came_from_here(request: HttpRequest) -> bool:
    return request.META.get("REMOTE_ADDR") in THIS_MACHINE


def _came_through_a_proxy(request: HttpRequest) -> bool:
    names = request.META.keys()
    return (
        not OF_PROXIES.isdisjoint(names)
        or any(name.startswith(BEGINNINGS) for name in names)
        or request.META.get("SERVER_PROTOCOL", "") in OLD_HTTP
    )
