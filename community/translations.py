"""Compiling translations without gettext's tools."""

from __future__ import annotations

import shutil
from pathlib import Path

import polib


def compile_all(*, folder: Path) -> int:
    """Write each `.mo` that is missing or was made from another `.po`, and return how many were written."""
    stale = [po for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(po)]
    for po in stale:
        draft = po.with_suffix(".mo.new")
        polib.pofile(str(po)).save_as_mofile(str(draft))
        shutil.copystat(po, draft)  # the two share their time, so an older `.po` put back is noticed too
        draft.replace(po.with_suffix(".mo"))
    return len(stale)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns != po.stat().st_mtime_ns
