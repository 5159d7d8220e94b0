"""
Names say one word for one thing (docs/glossary.md): a word that was retired doesn't come back.

Looked at are the names of files, and those in Python, SQL, scripts and the tags of templates; comments and texts are not.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.repo.sources import ROOT

# A name's pattern, where it may not stand, and what to say instead.
RETIRED: Final = (
    (r"(?i)\w*captur\w*", "", "redeem; capture is what a hold becomes"),
    (
        r"(?i)\w*claim\w*",
        r"(tests/)?(redemptions|settlements)/|web/merchant/|static/js/(till|pages/till)|templates/merchant/",
        "checkout",
    ),
    (r"\w*(?:seal|open)_text", "", "encrypt_text, decrypt_text"),
    (r"\w*(?:customer|phone|text)_sealed\w*", "", "…_encrypted"),
    (r"points_statement\w*|points_state\w*", "", "points_declaration, points_record_declaration"),
    (r"hold_(?:key|claim|checkout|redemption|link)\w*|Held", "", "lock_…; a hold is points reserved"),
    (r"(?i)\w*scheme_?71\w*", "", "rotating_code"),
    (r"post_and_keep|staff_admin|GivenWay", "", "what took its place"),
    (r"ApprovalGiven|carry_out_\w+", "", "Approved; carry_out with a Decision"),
)
# The word stays where it means a hold that becomes a redemption, where it is a library's, and in figures compared over time.
HOLDS: Final = re.compile(
    r"points/|tests/points/|tests/properties/|tests/stories/|tests/settlements/|tests/reasons|tests/ledger_world|tests/web/test_resident_sentences"
    r"|web/resident/(?:sentences|showing)|settlements/|tools/bench/batches"
)
ALLOWED: Final = re.compile(
    r"capture_output|CaptureQueriesContext|captured_queries|CaptureFixture|LogCaptureFixture|captured?|"
    r"capture_during_import|capture_alone_p99|capture_beside_import_p99|http_capture\w*"
)
NAMES: Final = re.compile(r"[A-Za-z_]\w*")
TEXTS: Final = {
    ".py": re.compile(r'#[^\n]*|""".*?"""|"(?:\\.|[^"\\\n])*"', re.DOTALL),
    ".sql": re.compile(r"--[^\n]*|'(?:''|[^'])*'"),
    ".html": re.compile(r'"[^"\n]*"|^[^{]*|(?<=[%}]})[^{]*', re.DOTALL),
    ".js": re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`", re.DOTALL),
}


def sources() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    found = [ROOT / name for name in listed.stdout.splitlines()] or [path for path in ROOT.rglob("*") if ".venv" not in path.parts]
    return [path for path in found if path.suffix in TEXTS and path.is_file() and path != Path(__file__)]


def names_in(path: Path) -> set[str]:
    text = TEXTS[path.suffix].sub(" ", path.read_text(encoding="utf-8"))
    return {*NAMES.findall(text), *NAMES.findall(path.stem)}


def may_stay(path: str, name: str) -> bool:
    if "captur" not in name.lower():
        return False
    return bool(HOLDS.match(path) or ALLOWED.fullmatch(name) or path.startswith("static/vendor/"))


@pytest.mark.parametrize(("pattern", "where", "instead"), RETIRED)
def test_no_name_has_a_retired_word(pattern: str, where: str, instead: str) -> None:
    found = {
        f"{place}: {name} (say {instead})"
        for path in sources()
        if re.match(where, place := str(path.relative_to(ROOT)))
        for name in names_in(path)
        if re.fullmatch(pattern, name) and not may_stay(place, name)
    }

    assert sorted(found) == []
