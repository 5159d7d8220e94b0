"""Where each request comes from, for what is kept of it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.audit.visitor import VisitFrom
from core.visitors import network_of, visitor_address


class VisitMiddleware:
    """Lets security events know the visitor's network while the request lasts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say it, and let the request be answered."""
        with VisitFrom(lambda: network_of(visitor_address(request.META))):
            return self.get_response(request)
