"""Someone who uses the site's own addresses: over the network when the site runs, inside this process when it doesn't."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Any, Final, Protocol
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

from django.conf import settings
from django.test import Client

TIMEOUT_SECONDS: Final = 15
REFUSED_FROM: Final = 400
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"


class Visitor(Protocol):
    """One browser, or one system: it keeps its cookies."""

    def get(self, path: str) -> str:
        """A page's text."""

    def post(self, path: str, fields: Mapping[str, str]) -> str:
        """Send a form; what comes back in the end."""

    def post_json(self, path: str, fields: Mapping[str, Any], *, token: str = "") -> dict[str, Any]:
        """Send JSON as pages and systems do."""


class Unexpected(Exception):
    """The site answered with a refusal where none was to come."""


class InProcess:
    """Asks this process: every address answers as it does on the network, with nothing running."""

    def __init__(self) -> None:
        self._client = Client(SERVER_NAME="localhost", headers={"Accept-Language": "en"})

    def get(self, path: str) -> str:
        """A page's text."""
        return self._read(self._client.get(path, follow=True))

    def post(self, path: str, fields: Mapping[str, str]) -> str:
        """Send a form; what comes back in the end."""
        return self._read(self._client.post(path, dict(fields), follow=True))

    def post_json(self, path: str, fields: Mapping[str, Any], *, token: str = "") -> dict[str, Any]:
        """Send JSON as pages and systems do."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer: dict[str, Any] = json.loads(self._read(self._client.post(path, dict(fields), content_type=JSON, headers=headers)))
        return answer

    @staticmethod
    def _read(answer: Any) -> str:
        text: str = answer.content.decode()
        if answer.status_code >= REFUSED_FROM:
            raise Unexpected(text[:300])
        return text


class OverTheNetwork:
    """Asks the running site."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._cookies = CookieJar()
        # the site's own certificate is one it made; this goes to this very machine, as var/ says
        trusted = ssl._create_unverified_context()  # noqa: S323, SLF001
        self._opener = build_opener(HTTPCookieProcessor(self._cookies), HTTPSHandler(context=trusted))

    def get(self, path: str) -> str:
        """A page's text."""
        return self._ask(Request(self._site + path, headers=self._headers()))  # noqa: S310 - our own site

    def post(self, path: str, fields: Mapping[str, str]) -> str:
        """Send a form; what comes back in the end."""
        return self._send(path, urlencode({**fields, "csrfmiddlewaretoken": self._token()}).encode(), {"Content-Type": FORM})

    def post_json(self, path: str, fields: Mapping[str, Any], *, token: str = "") -> dict[str, Any]:
        """Send JSON as pages and systems do."""
        headers = {"Content-Type": JSON, **({"Authorization": f"Bearer {token}"} if token else {"X-CSRFToken": self._token()})}
        answer: dict[str, Any] = json.loads(self._send(path, json.dumps(fields).encode(), headers))
        return answer

    def _send(self, path: str, body: bytes, headers: Mapping[str, str]) -> str:
        return self._ask(Request(self._site + path, data=body, headers={**self._headers(), **headers}))  # noqa: S310

    def _ask(self, request: Request) -> str:
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return str(answer.read().decode())
        except OSError as error:
            told = error.read()[:300].decode() if hasattr(error, "read") else ""
            raise Unexpected(f"{error} {told}".strip()) from error

    def _headers(self) -> dict[str, str]:
        return {"Referer": f"{self._site}/", "Accept-Language": "en"}

    def _token(self) -> str:
        return next((cookie.value or "" for cookie in self._cookies if cookie.name == settings.CSRF_COOKIE_NAME), "")
