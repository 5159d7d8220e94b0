"""Roles by addresses: the table says what each gets, and no address is missing from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from tests.web.access_table import ADDRESSES, ADMIN_PAGES, ADMIN_ROUTES, ALL, ROLES, STAFF, AdminPage, Request
from tests.web.access_world import AccessWorld, make_world

LET_IN_BODY_REFUSED = {400, 405, 409, 411, 413, 415, 422, 429}
SIGN_IN_PAGES = ("/admin/login/", "/sign-in/")
SIGNED_IN = "/sign-in/done/"
IN_AND_OUT = ("/admin/login/", "/admin/logout/", SIGNED_IN)
NOBODYS_ROW = {"path": "99999999", "uuid": "01999999-0000-7000-8000-000000000000"}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for part in resolver.url_patterns:
        route = f"{prefix}{part.pattern}"
        if isinstance(part, URLPattern):
            yield "admin/^(?P<app_label>" if route.startswith("admin/^(?P<app_label>") else route
        else:
            yield from routes(part, route)


def admin_routes(label: str) -> Iterator[tuple[str, str]]:
    for route, kind in ADMIN_ROUTES:
        yield f"admin/{label.replace('.', '/')}/{route}", kind


def admin_requests() -> Iterator[Request]:
    outside = ROLES.index(STAFF[0])
    for label, page in ADMIN_PAGES.items():
        for route, kind in admin_routes(label):
            if kind in {"row", "history", "delete", "short"} and not page.row:
                continue
            path = "/" + route.replace("<path:object_id>", "{" + label + "}")
            inside = _staff_answers(page)[kind]
            yield Request("GET", path, "S" * outside + inside + "S")
            if kind in {"row", "delete"}:
                written = page.change if kind == "row" else "N" * len(STAFF)
                yield Request("POST", path, "S" * outside + written + "S")


def _staff_answers(page: AdminPage) -> dict[str, str]:
    """Nothing is ever deleted; the history of a row is seen by those who see the row."""
    return {
        "list": page.list,
        "add": page.add,
        "row": page.row,
        "history": page.row.replace("N", "0"),
        "delete": "N" * len(STAFF),
        "short": "G" * len(STAFF),
    }


def letter(answer: Any) -> str:
    status, to = answer.status_code, answer.headers.get("Location", "")
    if status == HTTPStatus.UNAUTHORIZED or (300 <= status < 400 and to.startswith(SIGN_IN_PAGES) and to != SIGNED_IN):
        return "S"
    told_absent = status == HTTPStatus.FOUND and to == "/admin/" and not answer.wsgi_request.path.startswith(IN_AND_OUT)
    if status == HTTPStatus.NOT_FOUND or told_absent:
        return "0"
    if status in LET_IN_BODY_REFUSED:
        return "B"
    return {2: "Y", 3: "G", 4: "N"}.get(status // 100, f"<{status}>") if status != HTTPStatus.FORBIDDEN else "N"


def send(client: Client, request: Request, world: AccessWorld) -> Any:
    path = re.sub(r"{([a-z.]+)}", lambda name: str(world.rows[name[1]]), request.path)
    if request.method == "GET":
        return client.get(path)
    return client.post(path, {}, content_type="application/json") if request.json else client.post(path)


@pytest.fixture
def _blank_pages(settings: Settings) -> None:
    """Pages are answered and not drawn."""
    engine = settings.TEMPLATES[0]
    options = {**engine["OPTIONS"], "loaders": ["tests.web.blank_pages.BlankLoader"]}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]


@pytest.mark.django_db
@pytest.mark.usefixtures("_blank_pages")
@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_what_the_table_says(request: pytest.FixtureRequest, role: str) -> None:
    world = make_world(request, role)
    client, column = world.clients[role], ROLES.index(role)
    wrong = []
    for item in [*(item for items in ADDRESSES.values() for item in items), *admin_requests()]:
        if len(item.answers) != ALL:
            wrong.append(f"{item.method} {item.path}: {len(item.answers)} answers for {ALL} roles")
            continue
        found = letter(send(client, item, world))
        if found != item.answers[column]:
            wrong.append(f"{item.method} {item.path}: {found} instead of {item.answers[column]}")

    assert not wrong, f"{role} (tests/web/access_table.py says otherwise):\n" + "\n".join(wrong)


def test_every_address_is_declared() -> None:
    declared = {*ADDRESSES, *(route for label in ADMIN_PAGES for route, _kind in admin_routes(label))}
    served = set(routes(get_resolver()))

    missing = sorted(served - declared)
    assert not missing, "declare in tests/web/access_table.py (its first lines say how):\n" + "\n".join(missing)
    assert not sorted(declared - served), "these addresses are served no more"
    assert {page.opts.label_lower for page in admin.site._registry.values()} == set(ADMIN_PAGES)


@pytest.mark.django_db
def test_absent_and_someone_elses_are_the_same_answer(request: pytest.FixtureRequest) -> None:
    world = make_world(request, "clerk_of_another_bank")
    client = world.clients["clerk_of_another_bank"]
    for label, page in ADMIN_PAGES.items():
        if page.row and page.row[STAFF.index("clerk_of_another_bank")] == "0":
            base = f"/admin/{label.replace('.', '/')}"
            row = world.rows[label]
            nobody = NOBODYS_ROW["uuid" if "-" in str(row) else "path"]
            for verb in ("change", "history", "delete"):
                theirs, none = (client.get(f"{base}/{pk}/{verb}/") for pk in (row, nobody))
                assert (theirs.status_code, theirs.headers.get("Location")) == (none.status_code, none.headers.get("Location"))
