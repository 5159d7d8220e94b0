"""What an import did, for people: as text and as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.limits import FILE_ROW_ERRORS_KEPT
from core.sheets import sheet_line
from imports.choices import Counted
from imports.models import FileImport
from imports.services import ERRORS

SHOWN_ON_A_TERMINAL = 20


def report_text(*, file_import: FileImport, most: int = SHOWN_ON_A_TERMINAL) -> str:
    """The report in a few lines: state, counts, and the first row errors."""
    lines = [f"{file_import.name}: {file_import.get_state_display()}"]
    if file_import.problem:
        lines.append(file_import.problem)
    if file_import.encoding_why:
        told = {"encoding": file_import.encoding.upper(), "why": file_import.get_encoding_why_display()}
        lines.append(_("  read as %(encoding)s: %(why)s") % told)
    lines.append(_rows(file_import.rows_done))
    lines += [_("  %(what)s: %(number)s") % {"what": what, "number": number} for what, number in _counts(file_import)]
    if file_import.ignored:
        lines.append(_("  columns not read: %(columns)s") % {"columns": ", ".join(file_import.ignored)})
    shown = list(file_import.errors.order_by("line")[:most])
    lines += [_("  line %(line)s: %(message)s") % {"line": item.line, "message": item.message} for item in shown]
    more = file_import.counts.get(ERRORS, 0) - len(shown)
    if more > 0:
        lines.append(ngettext("  and %(more)s more row error", "  and %(more)s more row errors", more) % {"more": more})
    return "\n".join(lines)


def report_csv(*, file_import: FileImport) -> Iterator[str]:
    """The row errors as CSV lines, at most as many as are kept; no cell starts a formula."""
    yield sheet_line(["line", "code", "message"])
    for item in file_import.errors.order_by("line")[:FILE_ROW_ERRORS_KEPT]:
        yield sheet_line([item.line, item.code, item.message])


def _counts(file_import: FileImport) -> list[tuple[str, int]]:
    known = {name: str(label) for name, label in Counted.choices}
    return [(known.get(name, name), number) for name, number in sorted(file_import.counts.items())]


def _rows(number: int) -> str:
    return ngettext("%(number)s row read", "%(number)s rows read", number) % {"number": number}
