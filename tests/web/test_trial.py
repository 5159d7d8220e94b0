"""What is for trying is shown to one machine, and made-up people sign in there alone."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from core.channels.services import inbox
from identity.demo import DEMO_PASSWORD
from identity.models import User
from identity.services import mark_made_up
from residents.models import Resident
from web.trial import BEGINNINGS, OF_PROXIES

pytestmark = pytest.mark.django_db
EMBEDDED_READERS = {"metrics.py", "trial.py"}
STAFF, RESIDENT = "django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"
THROUGH_A_PROXY: list[dict[str, Any]] = [
    {"HTTP_X_FORWARDED_FOR": "203.0.113.7"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_FORWARDED_HOST": "points.example"},
    {"HTTP_FORWARDED": "for=203.0.113.7"},
    {"HTTP_VIA": "1.1 proxy"},
    {"HTTP_X_REAL_IP": "203.0.113.7"},
    {"SERVER_PROTOCOL": "HTTP/1.0"},
    {"REMOTE_ADDR": "192.168.1.7"},
    {"REMOTE_ADDR": ""},
]
SURFACES = ["/dev/inbox/", "/dev/look/", "/dev/error/500/", "/metrics"]


@pytest.fixture(autouse=True)
def _no_earlier_rates() -> None:
    cache.clear()


@pytest.fixture
def made_up(mei: Resident, operator: User) -> tuple[User, User]:
    """A resident and one of the staff whom the demo made up, with the password it prints."""
    assert mei.user
    operator.set_password(DEMO_PASSWORD)
    operator.save()
    mark_made_up(users=[mei.user, operator])
    mei.user.refresh_from_db()
    operator.refresh_from_db()
    return mei.user, operator


def test_every_page_for_trying_is_walked_here() -> None:
    """Whoever reads the setting for a page asks `web.trial` instead."""
    readers = {path.name for path in (site.BASE_DIR / "web").rglob("*.py") if re.search(r"settings\.EMBEDDED", path.read_text())}

    assert readers == EMBEDDED_READERS


def test_the_headers_of_proxies_are_known() -> None:
    assert all(name.startswith("HTTP_") for name in (*OF_PROXIES, *BEGINNINGS))


@pytest.mark.parametrize("path", SURFACES)
@pytest.mark.parametrize("through", THROUGH_A_PROXY, ids=str)
def test_nothing_for_trying_is_shown_through_a_proxy(client: Client, path: str, through: dict[str, Any]) -> None:
    client.raise_request_exception = False
    assert client.get(path).status_code != HTTPStatus.NOT_FOUND
    assert client.get(path, **through).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", SURFACES)
def test_nothing_is_shown_under_another_name(client: Client, path: str) -> None:
    assert client.get(path, HTTP_HOST="points.example").status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("through", THROUGH_A_PROXY, ids=str)
def test_nobody_is_offered_through_a_proxy(client: Client, made_up: tuple[User, User], through: dict[str, Any]) -> None:
    page = client.get("/sign-in/", **through).content.decode()

    assert "/sign-in/demo/" in client.get("/sign-in/").content.decode()
    assert "/sign-in/demo/" not in page
    assert "/dev/inbox/" not in page
    assert DEMO_PASSWORD not in page
    assert client.post("/sign-in/demo/", {"who": made_up[0].pk}, **through).status_code == HTTPStatus.NOT_FOUND
    assert client.post("/sign-in/demo/", {"who": made_up[0].pk}).status_code == HTTPStatus.FOUND


def test_phones_of_the_network_may_try_while_asked_for(client: Client, settings: Settings, tmp_path: Any) -> None:
    settings.PHONE_CERTIFICATE = tmp_path / "authority.pem"

    assert client.get("/dev/inbox/", REMOTE_ADDR="192.168.1.7").status_code == HTTPStatus.OK
    assert client.get("/dev/inbox/", REMOTE_ADDR="192.168.1.7", HTTP_VIA="1.1 proxy").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/metrics", REMOTE_ADDR="192.168.1.7").status_code == HTTPStatus.NOT_FOUND


def test_with_a_token_figures_are_read_through_a_proxy(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "t" * 40
    answer = client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.7", HTTP_AUTHORIZATION="Bearer " + "t" * 40)

    assert answer.status_code == HTTPStatus.OK
    assert client.get("/metrics").status_code == HTTPStatus.NOT_FOUND


def test_the_printed_password_opens_nothing_on_a_server(client: Client, settings: Settings, made_up: tuple[User, User]) -> None:
    _mei, operator = made_up
    form = {"username": operator.username, "password": DEMO_PASSWORD}
    assert authenticate(username=operator.username, password=DEMO_PASSWORD) == operator
    settings.EMBEDDED = False

    assert authenticate(username=operator.username, password=DEMO_PASSWORD) is None
    assert client.post("/admin/login/", form).status_code == HTTPStatus.OK  # the form again, with what is wrong
    assert "_auth_user_id" not in client.session


def test_real_staff_sign_in_on_a_server(client: Client, settings: Settings, operator: User) -> None:
    operator.set_password("not-printed-anywhere")
    operator.save()
    settings.EMBEDDED = False

    assert client.post("/admin/login/", {"username": operator.username, "password": "not-printed-anywhere"}).status_code == HTTPStatus.FOUND
    assert client.get("/admin/").status_code == HTTPStatus.OK


def test_the_printed_password_opens_nothing_through_a_proxy(client: Client, made_up: tuple[User, User]) -> None:
    _mei, operator = made_up
    form = {"username": operator.username, "password": DEMO_PASSWORD}
    client.post("/admin/login/", form, HTTP_X_FORWARDED_FOR="203.0.113.7")

    assert client.get("/admin/", HTTP_X_FORWARDED_FOR="203.0.113.7").status_code == HTTPStatus.FOUND
    client.post("/admin/login/", form)
    assert client.get("/admin/").status_code == HTTPStatus.OK


@pytest.mark.parametrize(("whose", "backend", "page"), [(0, RESIDENT, "/"), (1, STAFF, "/admin/")], ids=["resident", "staff"])
def test_a_session_of_someone_made_up_ends_on_a_server(
    client: Client, settings: Settings, made_up: tuple[User, User], whose: int, backend: str, page: str
) -> None:
    client.force_login(made_up[whose], backend=backend)
    assert "_auth_user_id" in client.session
    settings.EMBEDDED = False

    client.get(page)

    assert "_auth_user_id" not in client.session


def test_a_code_signs_nobody_made_up_in_on_a_server(settings: Settings, made_up: tuple[User, User], tom: Resident) -> None:
    def by_code(phone: str) -> bool:
        client = Client()
        client.post("/sign-in/", {"phone": phone})
        settings.EMBEDDED = False
        found = re.search(r"\d{6}", inbox(most=1)[0].text)
        assert found
        client.post("/sign-in/code/", {"code": found.group()})
        settings.EMBEDDED = True
        return "_auth_user_id" in client.session

    assert not by_code("+8613800001001")
    assert by_code("+8613800002001")  # Tom is real
