"""docs/settings.md lists what the environment can say, as the code reads it."""

from __future__ import annotations

from community.documents import settings_table
from tests.repo.sources import ROOT


def test_the_settings_document_is_what_the_code_reads() -> None:
    document = (ROOT / "docs" / "settings.md").read_text()

    assert settings_table() in document, "run: .venv/bin/python manage.py write_docs"
