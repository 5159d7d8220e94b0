"""No test fails by chance: none reads a clock that it doesn't hold, waits a fixed time, or gives up what is only slow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import hypothesis
import pytest

from tests.repo.sources import ROOT, python_files

LEAST_SECONDS: Final = 30  # of patience for anything but a hang
CLOCKS: Final = re.compile(  # django.utils.timezone and core.clock read the one that is held
    r"^((time\.)?(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns)|time\.(localtime|gmtime)|datetime\.(now|utcnow|today)|date\.today)$"
)
WAITS: Final = re.compile(r"(^|\.)(sleep|wait_for_timeout)$")
BOUNDED: Final = frozenset({"wait", "join", "result", "acquire", "wait_for", "select", "poll", "settimeout"})
LIMITS: Final = re.compile(r"(^|_)(timeout|deadline)$")
PORTS: Final = re.compile(r"\.getsockname$")
WORDS: Final = {  # in programs, scripts and statements that a test hands to others
    "a clock": re.compile(r"\bDate\.now\b|\bnew Date\(\s*\)|\btime\.(time|monotonic)\(|\bclock_timestamp\(\)|\bnow\(\)|datetime\.now\("),
    "a wait": re.compile(r"\bsetTimeout\(|\btime\.sleep\(|\bpg_sleep\b"),
}
ALLOWED: Final[Mapping[str, Mapping[str, str]]] = {  # by file and what is found there: why it can't fail by chance
    "tests/clock.py": {"a clock": "it is the clock"},
    "tests/journeys/conftest.py": {"a clock": "the pages' own, which is held"},
    "tests/journeys/late.py": {"a wait": "it is the lateness, and asked for"},
    "tests/waiting.py": {"a clock": "the bound for what hangs", "a wait": "between two looks at a condition"},
    "tests/core/test_ids.py": {"a clock": "the one that ids are made of, held in hand"},
    "tests/community/test_logins.py": {"a clock": "a date that nobody compares"},
    "tests/community/test_processes.py": {"a clock": "a date that nobody compares", "a port": "held by the test itself"},
    "tests/settlements/test_books_of_statements.py": {"a clock": "a date that nobody compares"},
    "tests/core/test_audit.py": {"a clock": "a date that nobody compares"},
    "tests/points/test_books_check.py": {"a clock": "a date that nobody compares"},
    "tests/races/test_posting_races.py": {"a clock": "a process of its own, killed at no certain moment"},
    "tests/repo/test_firm.py": {"a clock": "the patterns", "a wait": "the patterns"},
}


def found_in(path: Path, *, measuring: bool = False) -> Iterator[tuple[int, str]]:
    """Line and kind of all that may make a test fail by chance. What measures may read clocks and pause."""
    for node in ast.walk(tree := ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield from ((node.lineno, kind) for kind in kinds_of_call(node) if not measuring or kind == "a short limit")
    if not measuring:
        said = {id(docstring) for node in ast.walk(tree) for docstring in docstrings(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                yield from ((node.lineno, kind) for kind, words in WORDS.items() if words.search(node.value))


def kinds_of_call(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    if CLOCKS.search(name):
        yield "a clock"
    if WAITS.search(name):
        yield "a wait"
    if PORTS.search(name):
        yield "a port"
    for keyword in call.keywords:
        if keyword.arg and LIMITS.search(keyword.arg) and is_short(keyword.value):
            yield "a short limit"
    if name.rpartition(".")[2] in BOUNDED and "." in name and any(is_short(value) for value in call.args):
        yield "a short limit"


def is_short(value: ast.expr) -> bool:
    """A number of seconds, or of a browser's milliseconds, that a busy machine may need for what hangs nowhere."""
    if not isinstance(value, ast.Constant) or not isinstance(value.value, int | float):
        return False
    return value.value < LEAST_SECONDS or 1_000 <= value.value < 1_000 * LEAST_SECONDS


def docstrings(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr):
        yield node.body[0].value


def test_no_test_can_fail_by_chance() -> None:
    found = {(str(path.relative_to(ROOT)), line, kind) for path in python_files("tests") for line, kind in found_in(path)}
    measured = {
        (str(path.relative_to(ROOT)), line, kind) for path in python_files("tools") for line, kind in found_in(path, measuring=True)
    }

    offenders = {one for one in found | measured if one[2] not in ALLOWED.get(one[0], {})}
    assert sorted(f"{path}:{line} {kind}" for path, line, kind in offenders) == []
    unused = {(path, kind) for path, kinds in ALLOWED.items() for kind in kinds} - {(path, kind) for path, _line, kind in found}
    assert unused == set()


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("time.sleep(1)", "a wait"),
        ("sleep(0.1)", "a wait"),
        ("page.wait_for_timeout(700)", "a wait"),
        ("at = datetime.now(UTC)", "a clock"),
        ("while time.monotonic() < end: pass", "a clock"),
        ("day = date.today()", "a clock"),
        ("began = perf_counter()", "a clock"),
        ("page.evaluate('Date.now()')", "a clock"),
        ("cursor.execute('select clock_timestamp()')", "a clock"),
        ("program = 'import time; time.sleep(1)'", "a wait"),
        ("process.wait(timeout=0.5)", "a short limit"),
        ("process.join(5)", "a short limit"),
        ("expect(page).to_be_visible(timeout=5_000)", "a short limit"),
        ("connect(connect_timeout=5)", "a short limit"),
        ("port = probe.getsockname()[1]", "a port"),
    ],
)
def test_each_kind_is_recognized(tmp_path: Path, source: str, kind: str) -> None:
    (tmp_path / "test_it.py").write_text(source)

    assert [each for _line, each in found_in(tmp_path / "test_it.py")] == [kind]


@pytest.mark.parametrize(
    "source", ["process.wait(timeout=PATIENCE_SECONDS)", "at = now()", "process.join(120)", "'''Says Date.now().'''", "', '.join(all)"]
)
def test_what_is_firm_is_left_alone(tmp_path: Path, source: str) -> None:
    (tmp_path / "test_it.py").write_text(source)

    assert list(found_in(tmp_path / "test_it.py")) == []


def test_no_example_of_hypothesis_is_given_up_for_being_slow() -> None:
    assert hypothesis.settings.default is not None
    assert hypothesis.settings.default.deadline is None
