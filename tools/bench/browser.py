"""A small browser: cookies, the CSRF token, forms and JSON, over one kept connection to this machine."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import urlencode

TIMEOUT_SECONDS: Final = 30
HOST: Final = "127.0.0.1"
CSRF_COOKIE: Final = "csrftoken"
FORM: Final = "application/x-www-form-urlencoded"


class Unexpected(Exception):
    """An answer with another status than the one that was to come."""


class Browser:
    """One visitor, who comes from a loopback address of their own. Not for several threads at once."""

    def __init__(self, port: int, *, address: str = HOST) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS, source_address=(address, 0))
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, expect: int = 200) -> str:
        """A page's text."""
        return self._ask("GET", path, None, {}, expect)

    def post_form(self, path: str, fields: dict[str, str], *, expect: int = 302) -> str:
        """Send a form with its CSRF token."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self.cookies.get(CSRF_COOKIE, "")})
        return self._ask("POST", path, body, {"Content-Type": FORM}, expect)

    def post_json(self, path: str, fields: dict[str, Any], *, expect: int = 201) -> Any:
        """Send JSON as the pages' scripts do, and read the JSON that comes back."""
        return json.loads(self._ask("POST", path, json.dumps(fields), self.json_headers(), expect))

    def json_headers(self) -> dict[str, str]:
        """What a script's request carries besides cookies."""
        return {"Content-Type": "application/json", "X-CSRFToken": self.cookies.get(CSRF_COOKIE, "")}

    def cookie_header(self) -> dict[str, str]:
        """The cookies as a header."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str], expect: int) -> str:
        self._connection.request(method, path, body=body, headers={**headers, **self.cookie_header()})
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        if answer.status != expect:
            raise Unexpected(f"{method} {path} answered {answer.status}, not {expect}: {text[:300]}")
        return text
