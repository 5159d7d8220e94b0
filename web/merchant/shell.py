"""What makes tills' pages installable, apart from residents'."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from web.installable import FILES as FILES_OF_ALL
from web.installable import App

FILES: Final = (
    *FILES_OF_ALL,
    "css/till.css",
    "js/digits.js",
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
APP: Final = App(
    name="merchant",
    title=_("Points at the till"),
    short_title=_("Till"),
    about=_("Scan residents' codes, take points, see every statement."),
    scope="/merchant/",
    worker="/merchant/sw.js",
    offline="/merchant/offline/",
    pages=(),
    files=FILES,
    never=("/merchant/sw.js", "/merchant/manifest.webmanifest"),
)
