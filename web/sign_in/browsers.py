"""The browser that tries to sign in: recognized by a signed cookie that it can neither write nor read."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from core.visitors import network_of, visitor_address
from identity.visitors import Visitor

COOKIE: Final = "browser"
SALT: Final = "web.sign_in.browser"
KEPT_SECONDS: Final = 400 * 24 * 3600  # as long as browsers keep any cookie


def visitor_of(request: HttpRequest) -> Visitor:
    """Who asks; one whom nobody saw before when the cookie is missing, too old, or not ours."""
    network = network_of(visitor_address(request.META))
    try:
        told: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return Visitor.new(network=network)
    return Visitor(browser=told["browser"], network=network, signed_in={int(pk): epoch for pk, epoch in told["users"].items()})


def remember(response: HttpResponse, visitor: Visitor) -> None:
    """Have the browser keep who it is, and who signed in on it. Signing out leaves that: it opens nothing by itself."""
    told = {"browser": visitor.browser, "users": {str(pk): epoch for pk, epoch in visitor.signed_in.items()}}
    response.set_cookie(
        COOKIE,
        signing.dumps(told, salt=SALT),
        max_age=KEPT_SECONDS,
        path="/sign-in/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
