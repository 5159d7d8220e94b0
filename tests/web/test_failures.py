"""A program is told as a problem whatever goes wrong, at every address that programs ask; people get a page."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, resolve
from pytest_django import Settings

from core.limits import PAGE_BODY_BYTES
from identity.models import User
from merchants.models import Cashier
from residents.models import Resident
from tests.web.test_access_matrix import routes
from tests.web.test_any_address import EVEN, PLACE

pytestmark = pytest.mark.django_db
PROBLEM: Final = "application/problem+json"
OTHER_MODELS: Final = re.compile(r"admin/(?!branches/bank/)\w+/\w+/")
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


def addresses() -> list[str]:
    """Every address, with something that fits in its places; of the admin's many models, banks."""
    found = (PLACE.sub(lambda place: EVEN.get(place[1] or "", "1"), re.sub(r"\^|\$|\\Z", "", route)) for route in routes(get_resolver()))
    return ["/" + path for path in found if "(" not in path and not OTHER_MODELS.match(path)]


def for_programs() -> list[str]:
    return [path for path in addresses() if path.startswith("/api/") or hasattr(resolve(path).func, "answers_json")]


def is_problem(answer: Any, status: int, code: str) -> bool:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    body = answer.json()
    assert body["title"]
    return (body["status"], body["code"], body["type"]) == (status, code, f"urn:problem:{code}")


def signed_in(user: User, *, checks: bool = False) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=checks)
    client.force_login(user, backend=BACKEND)
    return client


def without_tables(client: Client, path: str, **headers: str) -> Any:
    """The answer while the database has no table of ours."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local search_path = nowhere")
        answer = client.get(path, headers={"Accept-Language": "en", **headers})
        transaction.set_rollback(True)
    return answer


def test_a_fault_is_told_to_programs_as_a_problem_and_to_people_on_a_page_and_nothing_of_it_leaks(mei: Resident) -> None:
    client = signed_in(mei.user)  # type: ignore[arg-type]  # Mei has claimed
    faults = 0
    for path in addresses():
        for accept in ("text/html", "application/json"):
            answer = without_tables(client, path, Accept=accept)
            if answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR:
                continue
            faults += 1
            told = answer.content.decode()
            assert "nowhere" not in told
            assert "relation" not in told
            assert "Traceback" not in told
            if accept == "application/json" or path in for_programs():
                assert is_problem(answer, 500, "internal_error"), path
                assert set(answer.json()) == {"type", "code", "title", "status", "request_id"}
                assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
            else:
                assert "Something broke on our side" in told, path
    assert faults > 50


def test_a_method_that_an_address_does_not_know_is_told_as_a_problem(mei: Resident) -> None:
    client = signed_in(mei.user)  # type: ignore[arg-type]
    refused = [(path, client.delete(path)) for path in for_programs() if path != "/api/"]

    assert len(refused) > 25
    for path, answer in refused:
        assert answer.headers["Content-Type"] == PROBLEM, path
        if answer.status_code != HTTPStatus.UNAUTHORIZED:  # who has no token isn't told what an address knows
            assert is_problem(answer, 405, "method_wrong"), path
            assert answer.headers["Allow"], path
    assert client.delete("/bank/").content == b""


def test_every_address_that_answers_in_json_is_known_to(mei: Resident, bakery: Cashier) -> None:
    told = set()
    for client in (signed_in(mei.user), signed_in(bakery.user)):  # type: ignore[arg-type]
        for path in addresses():
            for answer in (client.get(path, headers={"Accept": "*/*"}), client.post(path, headers={"Accept": "*/*"})):
                if answer.headers.get("Content-Type", "").partition(";")[0] in {"application/json", PROBLEM}:
                    told.add(path)

    assert len(told) > 25
    assert told - set(for_programs()) == set()


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"Accept": "*/*", "Sec-Fetch-Dest": "empty"},
        {"Accept": "application/json, text/javascript, */*; q=0.01"},
    ],
)
def test_a_script_is_told_as_a_problem_what_people_get_as_a_page(east_clerk: User, headers: dict[str, str]) -> None:
    client = signed_in(east_clerk, checks=True)

    assert is_problem(client.get("/admin/identity/user/", headers=headers), 403, "not_allowed")
    assert is_problem(client.post("/bank/", {}, headers=headers), 403, "page_too_old")
    assert is_problem(client.get("/nothing/", headers=headers), 404, "not_found")
    assert is_problem(client.get("/sign-in/demo/", headers=headers), 405, "method_wrong")
    assert is_problem(client.get("/", headers={"Host": "elsewhere.example", **headers}), 400, "request_not_readable")
    for path in ("/admin/identity/user/", "/nothing/"):
        assert client.get(path, headers={**headers, "Accept": "text/html,*/*"}).headers["Content-Type"].startswith("text/html")


def test_a_till_whose_page_is_too_old_is_told_so(bakery: Cashier) -> None:
    client = signed_in(bakery.user, checks=True)
    body = {"code": "7" * 27, "way": "code", "key": "k"}

    assert is_problem(client.post("/merchant/checkouts", body, content_type="application/json"), 403, "page_too_old")
    client.handler.enforce_csrf_checks = False
    assert is_problem(client.post("/merchant/checkouts", body, content_type="application/json"), 400, "not_our_code")


def test_a_form_that_is_too_large_is_told_so(mei: Resident, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = PAGE_BODY_BYTES
    form = {"client_id": "x" * PAGE_BODY_BYTES, "customer": "1"}
    client = signed_in(mei.user)  # type: ignore[arg-type]

    assert is_problem(client.post("/api/oauth/token", form), 413, "request_too_large")
    page = client.post("/bank/", form, headers={"Accept-Language": "en"})
    assert page.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "The request is larger than this address takes." in page.content.decode()
    assert client.post("/bank/", {**form, "client_id": "x"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
