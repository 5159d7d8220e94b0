"""A client made by a generator out of docs/openapi.yaml, unedited, sends events and reads them back."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django.live_server_helper import LiveServer

from branches.models import Bank
from openapi.scopes import SCOPES
from residents.models import Resident
from tests.earning.world import bill_rule
from tests.openapi.world import make_partner, now_text
from tests.repo.sources import ROOT

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)
NAME = "generated_partner_client"


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client's package, imported with every operation."""
    if importlib.util.find_spec("openapi_python_client") is None:
        reason = "openapi-python-client is missing: pip install -r requirements-dev.txt"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    where = ["--path", str(ROOT / "docs" / "openapi.yaml"), "--output-path", str(tmp_path / NAME), "--meta", "none"]
    command = [sys.executable, "-m", "openapi_python_client", "generate", *where]
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))  # it formats with ruff
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    package = import_module(NAME)
    for module in (tmp_path / NAME / "api" / "v1").glob("[a-z]*.py"):
        import_module(f"{NAME}.api.v1.{module.stem}")
    yield package
    for name in [each for each in sys.modules if each.partition(".")[0] == NAME]:
        del sys.modules[name]


def test_it_posts_one_event_and_a_batch_and_reads_them_back(generated: Any, live_server: LiveServer, east: Bank, mei: Resident) -> None:
    bill_rule(east)
    partner = make_partner(bank=east, scopes=SCOPES, browser=Browser())
    models, send, get = (import_module(f"{NAME}.{name}") for name in ("models", "api.v1.send_events", "api.v1.get_event"))
    asked = generated.AuthenticatedClient(base_url=live_server.url, token=partner.token)

    def bill(number: int, customer: str = "1001") -> Any:
        return models.CloudEventShape(
            specversion=models.SpecversionEnum("1.0"),
            id=f"bill-{number}",
            source="urn:bank:core",
            type_="bill.paid",
            subject=customer,
            time=datetime.fromisoformat(now_text()),
            data=models.EventDataShape(amount_minor=24_520, currency="CNY"),
        )

    with asked as client:
        one = send.sync(client=client, body=[bill(1)])
        batch = send.sync(client=client, body=[bill(2), bill(3, "1999"), bill(4)])
        kept = [get.sync(f"bill-{number}", client=client) for number in (1, 2, 3, 4)]

    assert [(each.id, each.outcome.value, each.points) for each in (*one.outcomes, *batch.outcomes)] == [
        ("bill-1", "posted", 24),
        ("bill-2", "posted", 24),
        ("bill-3", "waiting", 0),
        ("bill-4", "posted", 24),
    ]
    assert [(each.id, each.points, each.transfers) for each in kept] == [
        (each.id, each.points, each.transfers) for each in (*one.outcomes, *batch.outcomes)
    ]


def test_it_reads_a_refusal(generated: Any, live_server: LiveServer, east: Bank) -> None:
    send = import_module(f"{NAME}.api.v1.send_events")

    with generated.AuthenticatedClient(base_url=live_server.url, token="none") as client:
        refused = send.sync_detailed(client=client, body=[])

    assert (refused.status_code, refused.parsed.code) == (401, "token_needed")
