"""docs/errors.md lists every code that the code can answer with, and no two outcomes share one."""

from __future__ import annotations

from collections import Counter

from community.documents import domain_errors, errors_table
from tests.repo.sources import ROOT


def test_the_errors_document_is_what_the_code_raises() -> None:
    document = (ROOT / "docs" / "errors.md").read_text()

    assert errors_table() in document, "run: .venv/bin/python manage.py write_docs"


def test_a_code_means_one_thing() -> None:
    counted = Counter(error.code for error in domain_errors())

    assert [code for code, times in counted.items() if times > 1] == []
