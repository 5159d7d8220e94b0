"""Translations compile without gettext's tools."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from community.translations import compile_all

ENTRY = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "points"\nmsgstr "{}"\n'


def write(folder: Path, words: str) -> Path:
    po = folder / "zh_Hans" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text(ENTRY.format(words))
    return po


def compiled(po: Path) -> str:
    with po.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext("points")


def test_a_translation_is_compiled_once(tmp_path: Path) -> None:
    po = write(tmp_path, "积分")

    assert compile_all(folder=tmp_path) == 1
    assert compiled(po) == "积分"
    assert compile_all(folder=tmp_path) == 0


def test_a_translation_that_changed_is_compiled_again_even_if_its_file_is_older(tmp_path: Path) -> None:
    po = write(tmp_path, "积分")
    compile_all(folder=tmp_path)
    write(tmp_path, "分")
    os.utime(po, (1, 1))

    assert compile_all(folder=tmp_path) == 1
    assert compiled(po) == "分"
