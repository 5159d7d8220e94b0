"""No phone number, no code, no customer number and no credential reaches a log line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from community import logs

PHONE, CODE = "13800001001", "711234567898896003374343350"


@pytest.fixture(params=[True, False], ids=["objects", "console"])
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is logged, in the one form and the other; the logging of the test run comes back afterwards."""
    root = logging.getLogger()
    kept_handlers, kept_level, kept = root.handlers[:], root.level, structlog.get_config()
    logs.configure(level="INFO", as_json=request.param)
    stream = io.StringIO()
    handler = next(found for found in root.handlers if type(found) is logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:], root.level = kept_handlers, kept_level
    structlog.configure(**kept)


@pytest.mark.parametrize("said", [f"sent to {PHONE}", f"sent to +86{PHONE}", f"sent to 86{PHONE}.", f"code {CODE} used"])
def test_a_sentence_loses_phone_and_code(lines: io.StringIO, said: str) -> None:
    structlog.get_logger("points").info(said)

    assert logs.HIDDEN in lines.getvalue()
    assert PHONE not in lines.getvalue()
    assert CODE not in lines.getvalue()


@pytest.mark.parametrize("name", ["phone", "code", "customer", "customer_number", "password", "client_secret", "token"])
def test_a_field_that_names_a_secret_is_hidden_whatever_it_holds(lines: io.StringIO, name: str) -> None:
    structlog.get_logger("points").info("seen", **{name: "1001-private"})

    assert "1001-private" not in lines.getvalue()


def test_an_exception_of_any_library_loses_them_too(lines: io.StringIO) -> None:
    try:
        int(PHONE + "x")
    except ValueError:
        logging.getLogger("some.library").exception("broken by %s", PHONE)

    assert "ValueError" in lines.getvalue()
    assert PHONE not in lines.getvalue()


def test_other_numbers_and_names_stay(lines: io.StringIO) -> None:
    structlog.get_logger("points").info(
        "closed", day="2026-03-20", points=13800001001, status_code=404, error_code="not_found", bank_code="EB"
    )

    said = lines.getvalue()
    assert all(word in said for word in ("2026-03-20", "13800001001", "404", "not_found", "EB"))


def test_a_line_of_json_is_one_object(lines: io.StringIO) -> None:
    structlog.get_logger("points").info("two\nlines")

    said = lines.getvalue()
    if said.startswith("{"):
        assert (json.loads(said)["event"], said.count("\n")) == ("two\nlines", 1)
    else:
        assert "two\nlines" in said
