"""Every message is there in Chinese, says what its English says, and no visible text has gone past gettext."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import polib
import pytest
import unfold
from django.contrib import admin
from django.utils.functional import Promise

from core.errors import DomainError
from tests.repo.sources import ROOT, python_files
from web.staff import borrowed_words

CATALOG: Final = Path("locale", "zh_Hans", "LC_MESSAGES", "django.po")
NOT_EXTRACTED: Final = (".venv", "var", "tools", "tests")
EXTRACT: Final = (
    *("makemessages", "-l", "zh_Hans", "--no-obsolete", "--no-wrap", "--add-location", "file"),
    *(word for folder in NOT_EXTRACTED for word in ("-i", folder)),
)
EXTRACT_SECONDS: Final = 120
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|%[a-z%](?![a-z])|\{\w*\}|</?\w[^>]*>")
# In a template: what is no text of ours. Attributes that people read or hear are looked at apart.
COMMENT: Final = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)
BLOCKTRANSLATE: Final = re.compile(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", re.DOTALL)
CLASSES: Final = re.compile(r"\{% block (?:page_class|body_class|body_data) %\}.*?\{% endblock[^%]*%\}", re.DOTALL)
TAG_OF_DJANGO: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ELEMENT: Final = re.compile(r"<(?:[^<>\"]|\"[^\"]*\")*>", re.DOTALL)
SAID_BY_ATTRIBUTE: Final = re.compile(
    r'\b(?:alt|aria-label|aria-description|placeholder|title|data-(?:words|error|one|many|none))="([^"]*)"'
)
NO_TEXT: Final = re.compile(r"&#?\w+;|\{\w+\}")  # entities, and places that scripts fill
LETTER: Final = re.compile(r"[^\W\d_]")
NO_WORDS: Final = frozenset({"中文", "English", "10:32 · East Bank"})  # languages by their own names; a name among the look's parts


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The catalogue as it would be after extracting anew, from a copy of the sources."""
    if shutil.which("xgettext") is None:
        reason = "gettext is missing. On Debian or Ubuntu: apt install gettext"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    copy = tmp_path_factory.mktemp("sources")
    for path in _sources():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    command = [sys.executable, "-m", "django", *EXTRACT]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=EXTRACT_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return polib.pofile(str(copy / CATALOG))


def test_nothing_is_missing_and_nothing_is_guessed(extracted: polib.POFile) -> None:
    assert [entry.msgid for entry in extracted.untranslated_entries()] == []
    assert [entry.msgid for entry in extracted.fuzzy_entries()] == []


def test_nothing_is_kept_that_no_source_says(extracted: polib.POFile) -> None:
    committed = polib.pofile(str(ROOT / CATALOG))
    said = {(entry.msgctxt, entry.msgid) for entry in extracted}

    assert committed.obsolete_entries() == []
    assert [entry.msgid for entry in committed if (entry.msgctxt, entry.msgid) not in said] == []
    assert [entry.msgid for entry in committed if not entry.translated()] == []


def test_placeholders_and_marks_are_those_of_the_english() -> None:
    wrong = [
        (entry.msgid, said)
        for entry in polib.pofile(str(ROOT / CATALOG))
        for said in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if _placeholders(said) != _placeholders(entry.msgid_plural or entry.msgid)
    ]

    assert wrong == []


def test_chinese_reads_as_chinese() -> None:
    """No half-width comma or stop after a Chinese character, no space between digits' places and their word, no “你”."""
    clumsy = re.compile(r"[一-鿿][,;:?!](?!\w)|[一-鿿]\.$|你|\)s [分元个张行笔天]\b")
    wrong = [
        said
        for entry in polib.pofile(str(ROOT / CATALOG))
        for said in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if clumsy.search(said)
    ]

    assert wrong == []


def test_a_claim_code_has_one_name() -> None:
    """The same word on the form, in the text message, in errors and at the desk."""
    named = {entry.msgid: entry.msgstr for entry in polib.pofile(str(ROOT / CATALOG))}

    assert [said for said in named.values() if "认领" in said or "付款码" in said] == []
    assert [msgid for msgid, said in named.items() if ("claim code" in msgid.lower()) != ("激活码" in said)] == []


def test_gettext_goes_by_names_that_extraction_knows() -> None:
    known: dict[str, set[str | None]] = {
        "gettext": {None, "_"},
        "gettext_lazy": {None, "_"},
        "gettext_noop": {None, "_"},
        "ngettext": {None},
        "ngettext_lazy": {None},
        "pgettext": {None},
        "pgettext_lazy": {None},
        "npgettext": {None},
        "npgettext_lazy": {None},
    }
    wrong = [
        f"{path.relative_to(ROOT)}: {alias.name} as {alias.asname}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in known and alias.asname not in known[alias.name]
    ]

    assert wrong == []


def test_messages_are_whole_when_extracted() -> None:
    """`_(f"…")` and `_(name)` would be looked up at run time under words nobody translated."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files()
        if not path.is_relative_to(ROOT / "tests") and "gettext" in path.read_text()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "gettext", "ngettext", "pgettext"}
        if not (node.args and isinstance(node.args[0], ast.Constant))
    ]

    assert wrong == []


def test_templates_say_nothing_past_gettext() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for text in _plain_words(path.read_text())
    ]

    assert wrong == []


def test_a_plain_word_in_a_template_is_found() -> None:
    assert list(_plain_words('<p>{% translate "fine" %}</p> <b>{{ name }} &nbsp; ·</b>')) == []
    assert list(_plain_words('<p class="words">Hello</p>')) == ["Hello"]
    assert list(_plain_words('<img alt="A cat" src="cat.png">')) == ["A cat"]
    assert list(_plain_words("{% blocktranslate trimmed %}Hello{% endblocktranslate %}{# not this #}")) == []


def test_every_outcome_speaks_through_gettext() -> None:
    import_module("community.urls")  # brings every package in
    outcomes = {kind for kind in _kinds_of(DomainError) if not kind.__module__.startswith("tests") and hasattr(kind, "message")}

    assert len(outcomes) > 50
    assert [kind.__name__ for kind in outcomes if not isinstance(kind.message, Promise)] == []


def test_every_name_staff_read_goes_through_gettext() -> None:
    import_module("community.urls")
    names: dict[str, object] = {}
    for model, page in admin.site._registry.items():
        options = model._meta
        names |= {options.label: options.verbose_name, options.app_label: options.app_config.verbose_name}
        for shown in {*page.list_display, *(page.fields or ()), *page.readonly_fields}:
            if hasattr(page, shown):
                names[f"{options.label} {shown}"] = getattr(getattr(page, shown), "short_description", "")
            elif shown != "__str__":
                names[f"{options.label} {shown}"] = getattr(options.get_field(shown), "verbose_name", "")

    assert len(names) > 100
    assert [name for name, said in names.items() if not isinstance(said, Promise)] == []


def test_borrowed_words_are_still_in_the_look() -> None:
    folder = Path(unfold.__file__).parent
    text = "".join(path.read_text() for path in folder.rglob("*") if path.suffix in {".html", ".py"})

    assert [word for word in borrowed_words.UNFOLD if word not in text] == []


def _sources() -> Iterator[Path]:
    yield from (path for path in python_files() if path.relative_to(ROOT).parts[0] not in NOT_EXTRACTED)
    yield from (ROOT / "templates").rglob("*.*")
    yield ROOT / CATALOG


def _kinds_of(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from _kinds_of(narrower)


def _placeholders(text: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(text)))


def _plain_words(template: str) -> Iterator[str]:
    """Texts with letters between tags, and in attributes that are read aloud or shown."""
    plain = TAG_OF_DJANGO.sub("", CLASSES.sub("", BLOCKTRANSLATE.sub("", COMMENT.sub("", template))))
    shown = [*ELEMENT.sub("\n", plain).splitlines(), *SAID_BY_ATTRIBUTE.findall(plain)]
    for text in (NO_TEXT.sub("", text).strip() for text in shown):
        if LETTER.search(text) and text not in NO_WORDS:
            yield text
