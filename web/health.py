"""Answers for those who watch the processes."""

from __future__ import annotations

from http import HTTPStatus

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the web process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether it can serve: the database answers, and the ledger is there."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1 from points_mode")
    except DatabaseError:
        return HttpResponse("the database can't be asked\n", content_type="text/plain", status=HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse("ok\n", content_type="text/plain")
