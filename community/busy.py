"""What a script or a partner's system is told when the database chose its request to give way."""

from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from points.errors import LedgerBusy
from points.posting import WAITED_TOO_LONG
from web.failures import wants_json
from web.problems import problem


class DatabaseBusyMiddleware:
    """
    Answers a deadlock, or a lock that others held for too long, as a busy ledger: nothing happened, ask again.

    The ledger's own functions say so themselves; this is for locks outside them. Pages have their error page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Stand aside."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The problem, if that is what happened to a program's request."""
        gave_way = isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in WAITED_TOO_LONG
        return problem(LedgerBusy()) if gave_way and wants_json(request) else None
