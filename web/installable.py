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
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from web.look.choices import BACKGROUND

ICONS = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)
FILES = (  # of every scope
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/forms.css",
    "css/messages.css",
    "css/large.css",
    "img/art.svg",
    "img/icon.svg",
    "img/icons.svg",
    "js/look.js",
    "js/site.js",
    "js/home_screen.js",
    "js/http.js",
    "js/presence.js",
    "js/speech.js",
    "js/wake_lock.js",
    "js/codes/rotating_code.js",
    "js/codes/vault.js",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One installable scope. `pages` and `files` are kept for the time without network; `offline` is the page in place of others."""

    name: str
    title: str | Promise
    short_title: str | Promise
    about: str | Promise
    scope: str
    worker: str
    offline: str
    pages: Sequence[str]
    files: Sequence[str]
    never: Sequence[str] = ()


@require_safe
def manifest(_request: HttpRequest, *, app: App) -> HttpResponse:
    """The web app manifest of a scope, in the language of the moment."""
    body = {
        "id": app.scope,
        "name": str(app.title),
        "short_name": str(app.short_title),
        "description": str(app.about),
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


@require_safe
def worker(request: HttpRequest, *, app: App) -> HttpResponse:
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
