"""
What a browser lets our pages do.

Content-Security-Policy: strict for people's pages, and what the admin's own scripts need for the admin. Permissions-Policy: the
camera where the till scans, the screen kept awake where codes are shown or scanned, and nothing else.
"""

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

SCANS: Final = "/merchant/"  # no other page asks for the camera
CODE: Final = "/code/"
POWERS: Final = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "captured-surface-control", "clipboard-read", "compute-pressure"),
    *("cross-origin-isolated", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "interest-cohort", "keyboard-map", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials"),
    *("payment", "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial"),
    *("storage-access", "usb", "window-management", "xr-spatial-tracking"),
)


def _powers(*used: str) -> str:
    return ", ".join(f"{power}=({'self' if power in used else ''})" for power in POWERS)


POWERS_ON: Final = {SCANS: _powers("camera", "autoplay", "screen-wake-lock"), CODE: _powers("screen-wake-lock")}
NO_POWERS: Final = _powers()


class AdminPolicyMiddleware:
    """Gives the admin its own policy, nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the admin's answers for the middleware outside, which writes the header."""
        response = self.get_response(request)
        if request.path.startswith(ADMIN_PATH):
            response._csp_replace = ADMIN  # type: ignore[attr-defined]  # noqa: SLF001  as django-csp's own decorator does
        return response


class PermissionsPolicyMiddleware:
    """Says what pages may use of the device, and that no other site may take our answers for its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Write the headers; Django's own middleware writes `Referrer-Policy` and `Cross-Origin-Opener-Policy`."""
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = POWERS_ON.get(request.path, NO_POWERS)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response
