"""Whatever stands in an address, a query, a form, a header or a cookie: it is the caller's fault at most, told in the caller's form."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.urls import get_resolver

from branches.models import Alliance, Bank
from identity.models import User
from residents.models import Resident
from tests.desk import signed_in
from tests.web.access_table import ADMIN_PAGES
from tests.web.access_world import make_world
from tests.web.test_access_matrix import admin_routes, routes
from web.edges import ReadableTypes, content_type_fits

PLACE: Final = re.compile(r"<(?:(\w+):)?\w+>|\(\?P<\w+>.*?\)")
PLACE_CUT: Final = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>.*?\)")  # the same without a group, to split by
EVEN: Final = {"number": "1", "uuid": "01999999-0000-7000-8000-000000000000", "tile_place": "000"}
WHO: Final = {"admin/": "operator", "api/": "partner", "merchant/": "bakery", "": "mei"}  # who gets furthest there
HALF: Final = "%ED%A0%BD"  # of an emoji, as some programs write it
ODD: Final = ("a%00b", HALF, "%E2%80%AE", "%EF%BF%BF", "%FF", "%F0%9F%98%80", "%C2%B2", "-1", "9" * 12, "9" * 19, "9" * 5000)
ASKED: Final = ("q", "p", "o", "e", "before", "after", "older_than", "handle", "number", "size", "from", "to", "file", "next", "_to_field")


def addresses() -> list[str]:
    """Every address, those of the admin's pages each by itself."""
    labelled = {route for label in ADMIN_PAGES for route, _kind in admin_routes(label)}
    return sorted("/" + re.sub(r"\^|\$|\\Z", "", route) for route in {*routes(get_resolver()), *labelled})


def filled(path: str, odd: str) -> Iterator[str]:
    """The path with something odd in each of its places, one after the other."""
    places = list(PLACE.finditer(path))
    for chosen in places:
        words = [odd if place is chosen else EVEN.get(place[1] or "", "1") for place in places]
        yield "".join(text for pair in zip(PLACE_CUT.split(path), [*words, ""], strict=True) for text in pair)


@pytest.fixture
def ask(request: pytest.FixtureRequest, settings: Any) -> Callable[[str], str | None]:
    """Ask for an address as whoever gets furthest there; the fault, if there is one. Pages are answered and not drawn."""
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": ["tests.web.blank_pages.BlankLoader"]}}]
    clients = {"partner": make_world(request, "partner").clients["partner"]}
    for name in WHO.values():
        if name != "partner":
            person = request.getfixturevalue(name)
            clients[name] = Client()
            clients[name].force_login(getattr(person, "user", None) or person, backend="django.contrib.auth.backends.ModelBackend")

    def asked(path: str) -> str | None:
        client = clients[next(who for beginning, who in WHO.items() if path.startswith(f"/{beginning}"))]
        try:
            status = client.get(path).status_code
        except Exception as error:  # noqa: BLE001  whatever it is, it is what this looks for
            return f"{path[:90]}: {type(error).__name__} {str(error)[:120]}"
        return f"{path[:90]}: {status}" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None

    return asked


@pytest.mark.django_db
def test_no_address_breaks_by_what_stands_in_it(ask: Callable[[str], str | None]) -> None:
    tried = [each for path in addresses() for odd in ODD for each in filled(path, odd)]

    assert len(tried) > 20 * len(ODD)
    assert [fault for each in tried if (fault := ask(each))] == []


@pytest.mark.django_db
def test_no_address_breaks_by_what_is_asked_of_it(ask: Callable[[str], str | None]) -> None:
    tried = [f"{path}?" + "&".join(f"{name}={odd}" for name in ASKED) for path in addresses() if not PLACE.search(path) for odd in ODD]

    assert len(tried) > 50 * len(ODD)
    assert [fault for each in tried if (fault := ask(each))] == []


@pytest.mark.parametrize(
    ("path", "headers", "form"),
    [
        ("/api/v1/events/a%00b", {}, "application/problem+json"),
        ("/api/v1/nothing?x=%00", {}, "application/problem+json"),
        ("/merchant/today?older_than=%00", {"Accept": "application/json"}, "application/problem+json"),
        ("/merchant/receipts/%00/", {"Accept": "text/html,*/*"}, "text/html"),
        ("/admin/branches/bank/?q=%00", {}, "text/html"),
    ],
)
@pytest.mark.django_db
def test_a_refusal_comes_in_the_callers_form_and_names_the_character(path: str, headers: dict[str, str], form: str) -> None:
    answer = Client().get(path, headers={"Accept-Language": "en", **headers})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.headers["Content-Type"].startswith(form)
    told = answer.json()["title"] if "json" in form else answer.content.decode()
    assert re.search("The field “(address|x|older_than|q)” has a character that is not text: U\\+0000", told)


@pytest.mark.parametrize(("path", "form"), [("/api/v1/none", "application/problem+json"), ("/none", "text/html")])
@pytest.mark.django_db
def test_an_unknown_address_is_told_in_the_callers_form(path: str, form: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.headers["Content-Type"].startswith(form)
    assert Client().get("/none", headers={"Accept": "application/json"}).json()["code"] == "not_found"


@pytest.mark.django_db
def test_a_form_with_a_character_that_is_no_text_is_refused_by_the_fields_name(operator: User, alliance: Alliance) -> None:
    client = signed_in(operator)
    sent = {"alliance": alliance.pk, "code": "NB", "name": "New Bank", "months": 12, "grace_days": 30}

    refused = [client.post("/admin/branches/bank/add/", {**sent, "name": f"New{odd}Bank"}) for odd in ("\x00", "\x1b", "\ufffe", "\x85")]
    strange = client.post("/admin/branches/bank/add/", {**sent, "na\x00me": "x"})

    assert {answer.status_code for answer in (*refused, strange)} == {HTTPStatus.BAD_REQUEST}
    assert "name" in refused[0].content.decode()
    assert not Bank.objects.filter(code="NB").exists()
    assert client.post("/admin/branches/bank/add/", sent).status_code == HTTPStatus.FOUND
    assert Bank.objects.filter(code="NB").exists()


@pytest.mark.django_db
def test_a_cookie_that_nobody_here_set_locks_nobody_out(mei: Resident) -> None:
    client = Client()
    for cookies in ("sessionid=\x00", "csrftoken=\x00\ud800", "theme=\u202e; sessionid=\xff\xfe", "django_language=\x00"):
        answer = client.get("/", HTTP_COOKIE=cookies.encode("utf-8", "surrogatepass").decode("latin-1"))
        assert answer.status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset*=rot13''x",
        "application/json; charset=rot13",
        "text/html; x*=undefined''%41",
        "\xff\x00; charset=\x00",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded; charset=gbk",
        "multipart/form-data; boundary=b; charset=hex",
        "a" * 3000,
        ";" * 3000,
    ],
)
@pytest.mark.django_db
def test_a_content_type_that_names_what_is_no_encoding_is_refused(content_type: str) -> None:
    for path in ("/api/v1/log/cosignatures", "/resident/links", "/sign-in/"):
        status, body = call(path, content_type)
        assert status.startswith("400"), (path, status)
        assert b"charset" in body


def test_an_ordinary_content_type_passes() -> None:
    for content_type in (
        "",
        "text/plain",
        "application/json; charset=utf-8",
        'application/json; charset="UTF-8"',
        "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
        'multipart/form-data; boundary="--=_x y\'()+_,-./:=?"',
        "application/cloudevents-batch+json;charset=utf-8 ; x=1",
    ):
        assert content_type_fits(content_type), content_type


def call(path: str, content_type: str) -> tuple[str, bytes]:
    """The status and the body that the web server gets for a POST."""
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "a=%41",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_ACCEPT_LANGUAGE": "en",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}"),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }
    body = b"".join(ReadableTypes(WSGIHandler())(environ, lambda status, _headers: said.append(status)))
    return said[0], body
