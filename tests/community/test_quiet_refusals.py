"""A refusal is one line at most, without a stack, whatever asked: a page, the desk, a till, a partner's system, news."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus

import pytest
import structlog
from django.test import Client

from branches.models import Bank
from community import logs
from core.clock import now
from core.outbox.models import OutboxEvent
from core.outbox.services import deliver_due
from identity.models import User
from merchants.models import Cashier
from points.errors import LedgerBusy
from residents.models import Resident

pytestmark = pytest.mark.django_db
REFUSED: tuple[tuple[str, str, str, object, int], ...] = (
    ("", "GET", "/nothing/", None, HTTPStatus.NOT_FOUND),
    ("", "GET", "/resident/points", None, HTTPStatus.UNAUTHORIZED),
    ("", "GET", "/api/v1/events/x", None, HTTPStatus.UNAUTHORIZED),
    ("", "POST", "/api/oauth/token", {"grant_type": "password"}, HTTPStatus.BAD_REQUEST),
    ("", "GET", "/api/v1/log/proof/inclusion", None, HTTPStatus.BAD_REQUEST),
    ("", "PUT", "/bank/", None, HTTPStatus.METHOD_NOT_ALLOWED),
    ("mei", "POST", "/resident/links", {"bank": "EB"}, HTTPStatus.BAD_REQUEST),
    ("bakery", "POST", "/merchant/checkouts", {"code": "7", "way": "code", "key": "k"}, HTTPStatus.BAD_REQUEST),
    ("east_clerk", "GET", "/admin/branches/staffrole/", None, HTTPStatus.FORBIDDEN),
    ("east_clerk", "POST", "/admin/branches/bank/add/", {}, HTTPStatus.FORBIDDEN),
    ("operator", "POST", "/admin/residents/resident/add/", {}, HTTPStatus.FORBIDDEN),
)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What goes to standard error at the level of everyday."""
    root = logging.getLogger()
    kept_handlers, kept_level, kept = root.handlers[:], root.level, structlog.get_config()
    logs.configure(level="INFO", as_json=False)
    stream = io.StringIO()
    next(found for found in root.handlers if type(found) is logging.StreamHandler).setStream(stream)
    yield stream
    root.handlers[:], root.level = kept_handlers, kept_level
    structlog.configure(**kept)


def client_of(who: str, request: pytest.FixtureRequest) -> Client:
    client = Client(raise_request_exception=False)
    if who:
        person = request.getfixturevalue(who)
        client.force_login(person if isinstance(person, User) else person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(("who", "method", "path", "body", "status"), REFUSED)
def test_a_refused_request_is_one_line(
    request: pytest.FixtureRequest, logged: io.StringIO, east: Bank, who: str, method: str, path: str, body: object, status: int
) -> None:
    client = client_of(who, request)
    logged.truncate(0)

    answer = client.generic(method, path, b"") if body is None else client.post(path, body, content_type="application/json")
    said = logged.getvalue().strip("\x00\n")

    assert answer.status_code == status
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 1
    assert not said or "info" in said


def test_a_host_that_isnt_ours_is_one_line(logged: io.StringIO) -> None:
    answer = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})

    assert answer.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.OK}
    assert "Traceback" not in logged.getvalue()


def test_a_fault_of_our_own_keeps_its_stack(logged: io.StringIO) -> None:
    try:
        int("x")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error", extra={"status_code": 500})

    assert "Traceback" in logged.getvalue()
    assert "error" in logged.getvalue()


def test_news_that_is_refused_for_now_is_one_line_and_comes_again(logged: io.StringIO, mei: Resident, bakery: Cashier) -> None:
    at = now()
    OutboxEvent.objects.all().delete()
    event = OutboxEvent.objects.create(topic="x", payload={}, made_at=at, next_try_at=at)

    def refuse(_payload: object) -> None:
        raise LedgerBusy

    deliver_due({"x": (refuse,)}, at=at)

    event.refresh_from_db()
    assert (event.tries, event.next_try_at > at) == (1, True)
    assert event.next_try_at <= at + timedelta(minutes=10)
    assert "Traceback" not in logged.getvalue()
    assert "ledger_busy" in logged.getvalue()
