"""What makes residents' pages installable."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from web import installable

FILES: Final = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/resident.css",
    "css/large.css",
    "img/art.svg",
    "img/icon.svg",
    "img/icons.svg",
    "js/look.js",
    "js/site.js",
    "js/home_screen.js",
    "js/http.js",
    "js/outcome.js",
    "js/presence.js",
    "js/speech.js",
    "js/wake_lock.js",
    "js/codes/clock.js",
    "js/codes/drawing.js",
    "js/codes/enrollment.js",
    "js/codes/scheme71.js",
    "js/codes/server_codes.js",
    "js/codes/vault.js",
    "js/pages/code.js",
    "vendor/lean-qr-2.7.4.mjs",
)
APP: Final = installable.App(
    name="resident",
    scope="/",
    worker="/sw.js",
    offline="/offline/",
    pages=("/code/",),
    files=FILES,
    never=("/merchant/", "/admin/", "/api/", "/dev/", "/resident/", "/healthz", "/sw.js", "/manifest.webmanifest"),
)


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """What the home screen shows."""
    return installable.manifest(
        app=APP,
        title=_("Community points"),
        short_title=_("Points"),
        about=_("See your points, know why they came, spend them in the neighborhood."),
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker."""
    return installable.worker(app=APP, request=request)
