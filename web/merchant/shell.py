"""What makes tills' pages installable, apart from residents'."""

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
    "css/till.css",
    "css/large.css",
    "img/art.svg",
    "img/icon.svg",
    "img/icons.svg",
    "js/look.js",
    "js/site.js",
    "js/home_screen.js",
    "js/digits.js",
    "js/http.js",
    "js/presence.js",
    "js/speech.js",
    "js/wake_lock.js",
    "js/codes/scheme71.js",
    "js/codes/vault.js",
    "js/pages/till.js",
    "js/pages/till_offline.js",
    "js/till/amount.js",
    "js/till/camera.js",
    "js/till/digits.js",
    "js/till/image_size.js",
    "js/till/keypad.js",
    "js/till/pending.js",
    "js/till/photo.js",
    "js/till/reader.js",
    "js/till/scanner.js",
    "js/till/second_thought.js",
    "js/till/settle.js",
    "js/till/sounds.js",
    "js/till/today.js",
    "js/till/typing.js",
    "js/till/verdict.js",
    "js/till/words.js",
    "vendor/barcode-detector-3.2.2.mjs",
    "vendor/zxing-reader-3.1.3.wasm",
)
APP: Final = installable.App(
    name="merchant",
    scope="/merchant/",
    worker="/merchant/sw.js",
    offline="/merchant/offline/",
    pages=(),
    files=FILES,
    never=("/merchant/sw.js", "/merchant/manifest.webmanifest"),
)


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """What the home screen shows."""
    return installable.manifest(
        app=APP,
        title=_("Points at the till"),
        short_title=_("Till"),
        about=_("Scan residents' codes, take points, see every statement."),
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker."""
    return installable.worker(app=APP, request=request)
