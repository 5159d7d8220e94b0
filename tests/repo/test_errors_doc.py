"""docs/errors.md lists every code that the code can answer with, and no two outcomes share one."""

from __future__ import annotations

import re
from collections import Counter

from community.documents import domain_errors, errors_table
from core.problems import STATUS, RequestRefused
from tests.repo.sources import ROOT


def test_the_errors_document_is_what_the_code_raises() -> None:
    document = (ROOT / "docs" / "errors.md").read_text()

    assert errors_table() in document, "run: .venv/bin/python manage.py write_docs"


def test_the_document_says_the_status_that_each_kind_has() -> None:
    sentence = (ROOT / "docs" / "errors.md").read_text().partition("The kind decides the HTTP status: ")[2].partition(". What")[0]

    said = dict(re.findall(r"(\w+(?: found)?) (\d{3})", sentence))
    assert said == {kind.value.replace("_", " "): str(int(status)) for kind, status in STATUS.items()}


def test_the_document_names_every_status_that_the_api_has_besides() -> None:
    rest = (ROOT / "docs" / "errors.md").read_text().partition("the status that HTTP has for it: ")[2].partition(".")[0]

    own = {str(int(error.status)) for error in domain_errors() if issubclass(error, RequestRefused)}
    assert set(rest.split(", ")) == own - {str(int(status)) for status in STATUS.values()}


def test_a_code_means_one_thing() -> None:
    counted = Counter(error.code for error in domain_errors())

    assert [code for code, times in counted.items() if times > 1] == []
