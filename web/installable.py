"""
What makes pages installable: a manifest and a service worker for each scope.

Residents and tills each have their own. Both workers are one script, `static/js/worker.js`; what differs is told to it
in front: which pages to keep for the time without network, and which addresses are none of its business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from web.look.choices import BACKGROUND

ICONS = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One installable scope. `pages` and `files` are kept for the time without network; `offline` is the page in place of others."""

    name: str
    scope: str
    worker: str
    offline: str
    pages: Sequence[str]
    files: Sequence[str]
    never: Sequence[str] = ()


def manifest(*, app: App, title: str, short_title: str, about: str) -> HttpResponse:
    """The web app manifest of a scope, in the language of the moment."""
    body = {
        "id": app.scope,
        "name": title,
        "short_name": short_title,
        "description": about,
        "lang": get_language(),
        "start_url": app.scope,
        "scope": app.scope,
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": BACKGROUND,
        "icons": [{"src": static(file), "sizes": sizes, "type": "image/png", "purpose": purpose} for file, sizes, purpose in ICONS],
    }
    response = JsonResponse(body, content_type="application/manifest+json")
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response


def worker(*, app: App, request: HttpRequest) -> HttpResponse:
    """The service worker of a scope. It is another one as soon as a file or the language changes, which makes phones take it."""
    files = [static(file) for file in app.files]
    shell = {
        "scope": app.scope,
        "offline": app.offline,
        "pages": [*app.pages, app.offline],
        "files": files,
        "never": list(app.never),
        "static": settings.STATIC_URL,
    }
    told = json.dumps(shell, sort_keys=True)
    version = hashlib.sha256(f"{told}{get_language()}{request.COOKIES.get('type', '')}".encode()).hexdigest()[:16]
    script = f'self.SHELL = {told};\nself.SHELL.cache = "{app.name}-{version}";\nself.SHELL.name = "{app.name}";\n'
    script += f'importScripts("{static("js/worker.js")}");\n'
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = app.scope
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response
