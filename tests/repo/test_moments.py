"""
Moments are told by one formatter, in `core/clock.py`: nothing else turns an aware moment into a text or a day by hand.

The database hands out moments in UTC. Whoever formats one as it comes tells a resident's morning as the evening before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.repo.sources import ROOT, python_files

NO_PRODUCT: Final = ("tests", "tools")
VERIFIER: Final = ROOT / "tools" / "verify_books" / "verify_books.py"
# Each file that may, what it may, and why.
ALLOWED: Final[dict[str, dict[str, str]]] = {
    "core/clock.py": dict.fromkeys(("date()", "astimezone", "date_format", "isoformat"), "it is the formatter"),
    "tools/verify_books/verify_books.py": {"format": "it knows no alliance and says UTC beside the time"},
    "community/demo/play.py": {"isoformat": "an event as a bank sends it, with its offset"},
    "community/demo/life.py": {"format": "a key that nobody reads"},
    "earning/services/rules.py": {"isoformat": "the name of a sealed declaration, which never changes"},
    "earning/services/awarding.py": {"isoformat": "the day of a key"},
    "earning/services/recording.py": {"isoformat": "a row for SQL"},
    "earning/files.py": {"isoformat": "a file's own time becomes an event's, with its offset"},
    "earning/cancellations.py": dict.fromkeys(("isoformat", "astimezone"), "what is hashed is the same moment in whatever zone it came"),
    "earning/events.py": dict.fromkeys(("isoformat", "astimezone"), "what is hashed is the same moment in whatever zone it came"),
    "decisions/services.py": dict.fromkeys(("isoformat", "astimezone"), "sealed words, which never change"),
    "points/audit/scope.py": {"isoformat": "a parameter for SQL, with its offset"},
    "points/commands.py": {"isoformat": "a command for SQL"},
    "web/merchant/views.py": {"isoformat": "JSON, with its offset"},
    "web/resident/views.py": {"isoformat": "JSON, with its offset"},
    "web/resident/wallet.py": {"isoformat": "JSON, with its offset"},
}
DAY: Final = re.compile(r"(^|_)(day|days|month|today|yesterday|on|date|starts_on|ends_on)$|^first_day$|^last_day$|^closes_on$")
MOMENT: Final = re.compile(r"(^at|_at|moment|_until|^now|_time)$")
BY_HAND: Final = frozenset({"strftime", "isoformat", "astimezone", "localtime", "ctime", "naturaltime", "timetuple"})
FORMATS: Final = frozenset({"date_format", "time_format", "localize"})


def by_hand(source: str) -> Iterator[tuple[str, int]]:
    """Where a source formats what may be a moment: how, and in which line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _last(node.func)
            if name in BY_HAND and not DAY.search(_receiver(node.func)):
                yield name, node.lineno
            elif name == "date" and isinstance(node.func, ast.Attribute) and not node.args and not node.keywords:
                yield "date()", node.lineno
            elif name in FORMATS and not (node.args and DAY.search(_last(node.args[0]).removesuffix("_id"))):
                yield name, node.lineno
            elif name == "str" and node.args and MOMENT.search(_last(node.args[0])):
                yield "str()", node.lineno
        elif isinstance(node, ast.FormattedValue):
            spec = _spec(node.format_spec)
            if (re.search(r"%[A-Za-z]", spec) and not DAY.search(_last(node.value))) or (not spec and MOMENT.search(_last(node.value))):
                yield "format", node.lineno


def _spec(node: ast.expr | None) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else ()
    return "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))


def _last(node: ast.expr) -> str:
    """The last name of an expression: `at` of `row.opened.at`; nothing of a call."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _receiver(node: ast.expr) -> str:
    return _last(node.value) if isinstance(node, ast.Attribute) else ""


def product_files() -> list[Path]:
    """What runs for people: no test, no measurement."""
    return [path for path in python_files() if path == VERIFIER or path.relative_to(ROOT).parts[0] not in NO_PRODUCT]


def test_no_moment_is_formatted_by_hand() -> None:
    found = {(path.relative_to(ROOT).as_posix(), how, line) for path in product_files() for how, line in by_hand(path.read_text())}
    used = {(name, how) for name, how, _line in found}

    assert sorted(at for at in found if at[1] not in ALLOWED.get(at[0], {})) == []
    assert {(name, how) for name, hows in ALLOWED.items() for how in hows} - used == set(), "what is allowed is needed"


def test_templates_name_a_format_and_no_zone() -> None:
    """Django's filter turns a moment into the time zone of the alliance; `utc` and `localtime off` would undo that."""
    wrong = re.compile(r"\|utc\b|localtime off|\|timezone:|\{% timezone")
    found = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "templates").rglob("*.html")) if wrong.search(path.read_text())]

    assert found == []


def test_scripts_name_the_zone_they_tell_a_time_in() -> None:
    """A phone's own zone is where its owner came from, not where the alliance lives."""
    by_hand_of_scripts = re.compile(r"toLocale(Time|Date)String|\.get(Hours|Minutes|Date|Month|FullYear)\(|toISOString|toUTCString")
    scripts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted((ROOT / "static" / "js").rglob("*.js"))}

    assert [name for name, source in scripts.items() if by_hand_of_scripts.search(source)] == []
    assert [name for name, source in scripts.items() if "DateTimeFormat" in source and "timeZone:" not in source] == []


def test_the_ways_by_hand_are_recognized() -> None:
    source = """
f"{move.effective_at:%Y-%m-%d}"
f"{row.made_at}"
str(self.opened_at)
at.date()
row.redeemed_at.isoformat()
row.redeemed_at.strftime("%H:%M")
date_format(localtime(row.at), "DATETIME_FORMAT")
f"{day:%Y%m%d}", day.isoformat(), date_format(self.day), date_format(notice.expires_on), f"{points:,}", str(row.day)
"""
    assert [how for how, _line in sorted(by_hand(source), key=lambda at: at[1])] == [
        "format",
        "format",
        "str()",
        "date()",
        "isoformat",
        "strftime",
        "date_format",
        "localtime",
    ]
