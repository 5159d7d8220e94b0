"""docs/openapi.yaml is what the code answers to."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


def test_the_committed_document_is_the_codes() -> None:
    made = StringIO()
    call_command("spectacular", "--lang", "en", "--validate", "--fail-on-warn", stdout=made)

    assert DOCUMENT.read_text(encoding="utf-8") == made.getvalue(), (
        "run: .venv/bin/python manage.py spectacular --lang en --file docs/openapi.yaml"
    )


def test_the_document_names_version_scopes_and_every_address() -> None:
    document = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]

    assert document["openapi"].startswith("3.1")
    assert {(path, method) for path, methods in document["paths"].items() for method in methods} == {
        ("/api/v1/cancellations", "post"),
        ("/api/v1/events", "post"),
        ("/api/v1/events/{event_id}", "get"),
        ("/api/v1/log/checkpoint", "get"),
        ("/api/v1/log/checkpoint/over/{number}", "get"),
        ("/api/v1/log/checkpoint/{size}", "get"),
        ("/api/v1/log/cosignatures", "post"),
        ("/api/v1/log/keys", "get"),
        ("/api/v1/log/leaves", "get"),
        ("/api/v1/log/proof/consistency", "get"),
        ("/api/v1/log/proof/inclusion", "get"),
        ("/api/v1/log/tile/{level}/{place}", "get"),
    }
    flow = document["components"]["securitySchemes"]["client_credentials"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == {"events:write", "events:read", "log:read"}
