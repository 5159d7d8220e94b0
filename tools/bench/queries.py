"""How many queries pages take, sessions and users included: the figure is the most that any page takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity.models import User
from tools.bench.figures import Figure
from tools.bench.neighborhood import settle_in
from tools.bench.pages import POLLS, STEPS, VIEWS, Eyes, admin_views

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
HOST: Final = "127.0.0.1"
DAYS: Final = 30
MOST: Final = 12


def measure() -> list[Figure]:
    """Fill a neighborhood, and ask for everything that people see in it."""
    people = settle_in(days=DAYS)
    for _once_for_what_a_process_asks_once in range(2):
        counted = count_queries(users=people.users, rows=people.rows, admin_rows=people.admin_rows)
    page, most = max(counted.items(), key=lambda item: item[1])
    return [Figure("page_queries_max", most, "queries", {"page": page, "pages": len(counted), "target": MOST})]


def count_queries(*, users: Mapping[Eyes, User], rows: Mapping[str, object], admin_rows: Mapping[str, object]) -> dict[str, int]:
    """The queries of each page, of second steps, of the admin's pages and of what pages ask for as JSON."""
    counted: dict[str, int] = {}
    for eyes in Eyes:
        browser = Client(SERVER_NAME=HOST)
        if eyes in users:
            browser.force_login(users[eyes], backend=BACKEND)
        for view in (*VIEWS, *POLLS, *admin_views(admin_rows)):
            if view.eyes is eyes:
                counted[view.name] = _queries(browser, view.address.format(**rows))
    for route, step in STEPS.items():
        browser = Client(SERVER_NAME=HOST)
        if step.eyes in users:
            browser.force_login(users[step.eyes], backend=BACKEND)
        browser.post(step.begins, {field.removeprefix("#id_"): text for field, text in step.fields.items()})
        counted[step.name] = _queries(browser, f"/{route}")
    return counted


def _queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        browser.get(address)
    return len([query for query in asked if "SAVEPOINT" not in query["sql"]])
