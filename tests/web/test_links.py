"""Claiming a customer number over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from branches.models import Bank
from core.clock import now
from identity.services import user_with_phone
from residents.models import Resident
from tests.world import give_points, letter_code, make_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(east: Bank) -> str:
    """The claim code of East Bank's customer 1004."""
    li = make_resident(links={east: "1004"}, name="Li")
    return letter_code(link=li.links.get(), at=now())


def claim(client: Client, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = client.post("/resident/links", body, content_type="application/json", headers={"Accept-Language": "en", **headers})
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()


def person(phone: str = "+8613800001004") -> Client:
    client = Client()
    client.force_login(user_with_phone(phone=phone), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_number_and_code_are_claimed(code: str) -> None:
    status, body = claim(person(), {"bank": "EB", "customer": "1004", "code": code})

    resident = Resident.objects.get(name="Li")
    assert (status, body) == (201, {"bank": "EB", "resident": str(resident.pk)})
    assert resident.user is not None


def test_a_wrong_code_is_a_problem_and_is_counted(code: str) -> None:
    client = person()

    status, body = claim(client, {"bank": "EB", "customer": "1004", "code": "AAAAA-AAAAA"})

    assert (status, body["code"]) == (403, "claim_refused")
    assert Resident.objects.get(name="Li").user is None


def test_a_second_bank_joins_the_first(code: str, tom: Resident, east: Bank, west: Bank) -> None:
    give_points(resident=Resident.objects.get(name="Li"), bank=east, points=100, at=now())
    give_points(resident=tom, bank=west, points=50, at=now())
    client = Client()
    assert tom.user
    client.force_login(tom.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    status, body = claim(client, {"bank": "EB", "customer": "1004", "code": code})

    assert (status, body) == (201, {"bank": "EB", "resident": str(tom.pk)})
    points = client.get("/resident/points").json()
    assert points["spendable"] == 150
    assert [(lot["bank"], lot["points"]) for lot in points["lots"]] == [("West Bank", 50), ("East Bank", 100)]


def test_the_same_bank_twice_is_refused_with_a_sentence(code: str, mei: Resident, east: Bank) -> None:
    give_points(resident=Resident.objects.get(name="Li"), bank=east, points=100, at=now())
    client = Client()
    assert mei.user
    client.force_login(mei.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    status, body = claim(client, {"bank": "EB", "customer": "1004", "code": code})

    assert (status, body["code"]) == (409, "bank_linked_already")
    assert body["title"].startswith("You are linked with East Bank already, by another customer number")
    assert client.get("/resident/points").json() == {"spendable": 0, "lots": []}


def test_nobody_claims_without_signing_in(code: str) -> None:
    status, body = claim(Client(), {"bank": "EB", "customer": "1004", "code": code})

    assert (status, body["code"]) == (401, "sign_in_required")


def test_another_sites_form_claims_nothing(code: str) -> None:
    client = person()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    answer = strict.post("/resident/links", {"bank": "EB", "customer": "1004", "code": code}, content_type="application/json")

    assert answer.status_code == 403
    assert Resident.objects.get(name="Li").user is None


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        "[]",
        "{}",
        {"bank": "EB", "customer": "1004"},
        {"bank": "EB", "customer": 1004, "code": "x"},
        {"bank": "EB", "customer": " ", "code": "x"},
        {"bank": "EB", "customer": "1004", "code": "x", "more": "y"},
        {"bank": "EB", "customer": "1004", "code": "x" * 20_000},
    ],
)
def test_a_body_that_is_not_as_asked_is_refused(code: str, body: Any) -> None:
    assert claim(person(), body)[0] == 400
