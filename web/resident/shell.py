"""What makes residents' pages installable."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from web.installable import FILES as FILES_OF_ALL
from web.installable import App

FILES: Final = (
    *FILES_OF_ALL,
    "css/resident.css",
    "js/outcome.js",
    "js/codes/clock.js",
    "js/codes/drawing.js",
    "js/codes/enrollment.js",
    "js/codes/server_codes.js",
    "js/pages/code.js",
    "vendor/lean-qr-2.7.4.mjs",
)
APP: Final = App(
    name="resident",
    title=_("Community points"),
    short_title=_("Points"),
    about=_("See your points, know why they came, spend them in the neighborhood."),
    scope="/",
    worker="/sw.js",
    offline="/offline/",
    pages=("/code/",),
    files=FILES,
    never=("/merchant/", "/admin/", "/api/", "/dev/", "/resident/", "/healthz", "/sw.js", "/manifest.webmanifest"),
)
