"""A bank's system as the Open API meets it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.test import Client as Browser

from branches.models import Bank
from core.clock import now
from openapi.services import NewSecret, make_client
from tests.world import BEGINNING, somebody

EVENTS = "/api/v1/events"
CANCELLATIONS = "/api/v1/cancellations"
TOKEN = "/api/oauth/token"
BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class Partner:
    """A client with its secret, and the token it got."""

    made: NewSecret
    browser: Browser
    token: str

    def send(self, body: object, *, content_type: str = SINGLE) -> Any:
        """Post events; the answer."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.browser.post(EVENTS, content, content_type=content_type, headers=self.headers)

    def cancel(self, body: object) -> Any:
        """Post a cancellation; the answer."""
        return self.browser.post(CANCELLATIONS, json.dumps(body).encode(), content_type="application/json", headers=self.headers)

    def get(self, event_id: str) -> Any:
        """Ask what became of an event."""
        return self.browser.get(f"{EVENTS}/{event_id}", headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """The token, and English."""
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}


def make_partner(*, bank: Bank, scopes: Collection[str], browser: Browser) -> Partner:
    """Let a system of a bank in, and get it a token."""
    made = make_client(actor=somebody(), at=BEGINNING, bank=bank, name=f"{bank.code} core", scopes=scopes)
    return Partner(made, browser, ask_token(browser, made).json()["access_token"])


def ask_token(browser: Browser, made: NewSecret, **changes: str) -> Any:
    """Ask for a token with client credentials."""
    asked = {"grant_type": "client_credentials", "client_id": made.client.client_id, "client_secret": made.secret, **changes}
    return browser.post(TOKEN, asked)


def one_outcome(answer: Any) -> dict[str, Any]:
    """The only outcome of an answer."""
    assert answer.status_code == HTTPStatus.OK, answer.content
    (outcome,) = answer.json()["outcomes"]
    return outcome  # type: ignore[no-any-return]


def now_text() -> str:
    """The present moment as an event carries it."""
    return now().isoformat(timespec="seconds")


def assert_problem(answer: Any, *, status: HTTPStatus, code: str) -> dict[str, Any]:
    """The answer is a problem of that status and code; its body."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:problem:{code}")
    assert body["title"]
    return body
