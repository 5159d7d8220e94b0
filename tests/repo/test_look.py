"""The look's own promises: colors only in the tokens, one dark, no icon missing, nothing inline."""

from __future__ import annotations

import re
from typing import Final

from tests.repo.sources import ROOT

STYLES: Final = [path for path in (ROOT / "static" / "css").glob("*.css") if path.name != "dashboard.css"]  # the admin's look is another
TOKENS: Final = ROOT / "static" / "css" / "tokens.css"
TEMPLATES: Final = ROOT / "templates"
COLOR: Final = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
OUTCOMES: Final = re.compile(r"\.outcome--\w+ \{.*?\}|\.outcome \.button \{.*?\}", re.DOTALL)  # full screens look the same in any scheme


def test_dark_is_told_twice_alike() -> None:
    text = TOKENS.read_text()
    blocks = re.findall(r':root(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\]) \{(.*?)\}', text, re.DOTALL)
    asked, chosen = ([line.strip() for line in block.splitlines() if line.strip()] for block in blocks)

    assert len(asked) > 20
    assert asked == chosen


def test_colors_have_names() -> None:
    offenders = [
        f"{path.name}: {found}" for path in STYLES if path != TOKENS for found in COLOR.findall(OUTCOMES.sub("", path.read_text()))
    ]

    assert offenders == []


def test_every_token_used_is_there() -> None:
    known = set(re.findall(r"(--[a-z0-9-]+):", TOKENS.read_text()))
    used = {name for path in STYLES for name in re.findall(r"var\((--[a-z0-9-]+)", path.read_text())}

    assert used - known == set()


def test_every_icon_and_drawing_is_there() -> None:
    pages = "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    symbols = {name: set(re.findall(r'id="(\w+)"', (ROOT / "static" / "img" / f"{name}.svg").read_text())) for name in ("icons", "art")}

    assert set(re.findall(r'components/icon\.html" with name="(\w+)"', pages)) - symbols["icons"] == set()
    assert set(re.findall(r'\bwith art="(\w+)"', pages)) - symbols["art"] == set()


def test_no_page_has_scripts_or_styles_inside() -> None:
    inside = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style|\sstyle=\"|\son[a-z]+=\"|javascript:")
    offenders = [
        str(path.relative_to(ROOT)) for path in TEMPLATES.rglob("*.html") if "admin" not in path.parts and inside.search(path.read_text())
    ]

    assert offenders == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    elsewhere = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""")
    files = [*TEMPLATES.rglob("*.html"), *(ROOT / "static").rglob("*.css"), *(ROOT / "static" / "js").rglob("*.js")]

    assert [str(path.relative_to(ROOT)) for path in files if elsewhere.search(path.read_text())] == []
