"""Each error page is reached for real, in both languages; the one under /dev/error/ that tests walk is the same page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from identity.models import User
from identity.services import user_with_phone

pytestmark = pytest.mark.django_db
AT_EACH_REQUEST: Final = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"| data-who="\w+" data-who-asked="[^"]*"|<dialog [^>]*id="gone">.*?</dialog>\n*', re.DOTALL
)
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
WORDS: Final = {
    "400": ("This request can't be read", "这个请求看不明白"),
    "403": ("This is not for you to see", "您不能查看这个页面"),
    "403_csrf": ("This page is not good any more", "页面已过期"),
    "404": ("There is nothing here", "这里什么也没有"),
    "429": ("That was too much at once", "操作太频繁了"),
    "500": ("Something broke on our side", "我们这边出了问题"),
}


def bad_host(client: Client) -> Any:
    return client.get("/", headers={"host": "elsewhere.example"})


def not_allowed(client: Client) -> Any:
    client.force_login(User.objects.get(username="east_clerk"), backend=BACKEND)
    return client.get("/admin/identity/user/")


def without_token(client: Client) -> Any:
    client.force_login(user_with_phone(phone="+8613800001002", name="Nova"), backend=BACKEND)
    return client.post("/bank/", {})


def nothing(client: Client) -> Any:
    return client.get("/nothing/")


def too_often(client: Client) -> Any:
    client.handler.enforce_csrf_checks = False
    for _ in range(20):
        Client().post("/sign-in/", {"phone": "13800001002"})
    return client.post("/sign-in/", {"phone": "13800001002"})


def broken(client: Client) -> Any:
    return client.get("/dev/certificate/")  # its file is a folder here


REACHED: Final[dict[str, Callable[[Client], Any]]] = {
    "400": bad_host,
    "403": not_allowed,
    "403_csrf": without_token,
    "404": nothing,
    "429": too_often,
    "500": broken,
}


def told(answer: Any) -> tuple[int, str]:
    """The status, and the page without what is another at each request, and without what is there for whoever is signed in."""
    return answer.status_code, AT_EACH_REQUEST.sub("", answer.content.decode())


@pytest.mark.parametrize("name", REACHED)
@pytest.mark.parametrize(("place", "language", "tag"), [(0, "en", "en"), (1, "zh-hans", "zh-Hans")])
def test_an_error_is_told_in_ones_language(
    settings: Settings, tmp_path: Path, east_clerk: User, name: str, place: int, language: str, tag: str
) -> None:
    cache.clear()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PHONE_CERTIFICATE = tmp_path
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["django_language"] = language

    status, page = told(REACHED[name](client))

    assert status == int(name[:3])
    assert f'<html lang="{tag}"' in page
    assert WORDS[name][place] in page
    assert name == "404" or told(client.get(f"/dev/error/{name}/")) == (status, page)


def test_error_pages_are_shown_only_when_embedded(client: Client, settings: Settings) -> None:
    assert client.get("/dev/error/403/").status_code == 403

    settings.EMBEDDED = False

    assert client.get("/dev/error/403/").status_code == 404
