"""`make_client`: an id and a secret that open the door."""

from __future__ import annotations

from http import HTTPStatus
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from branches.models import Bank
from openapi.models import Client
from openapi.services import NewSecret
from tests.openapi.world import ask_token

pytestmark = pytest.mark.django_db


def test_what_it_prints_opens_the_door(east: Bank) -> None:
    printed = StringIO()

    call_command("make_client", bank="EB", scope=["events:write"], stdout=printed)

    said = dict(line.split(": ") for line in printed.getvalue().splitlines()[:3])
    client = Client.objects.get(client_id=said["client_id"])
    answer = ask_token(Browser(), NewSecret(client, said["client_secret"]))
    assert answer.status_code == HTTPStatus.OK
    assert (answer.json()["scope"], answer.json()["expires_in"]) == ("events:write", 900)


def test_an_unknown_bank_gets_no_client() -> None:
    said = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("make_client", bank="NO", stderr=said)

    assert stopped.value.code == 2
    assert "NO" in said.getvalue()
    assert not Client.objects.exists()
