"""Content-Security-Policy: strict for people's pages, and what the admin's own scripts need for the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

ADMIN_PATH: Final = "/admin/"
SITE: Final[dict[str, Any]] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Unfold's Alpine evaluates expressions in attributes and sets styles inline.
ADMIN: Final[dict[str, list[str]]] = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}


class AdminPolicy:
    """Gives the admin its own policy, nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the admin's answers for the middleware outside, which writes the header."""
        response = self.get_response(request)
        if request.path.startswith(ADMIN_PATH):
            response._csp_replace = ADMIN  # type: ignore[attr-defined]  # noqa: SLF001  as django-csp's own decorator does
        return response
