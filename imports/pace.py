"""How far an import is, how fast it goes, and how long it will still take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imports.choices import ImportState
from imports.models import FileImport

WHOLE: Final = 100
MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Percent of the file; rows a second and seconds left of the present run, none where nothing tells them."""

    percent: int
    rows_per_second: int | None = None
    seconds_left: int | None = None


def pace_of(*, file_import: FileImport) -> Pace:
    """The pace up to the last committed chunk; rows of earlier runs count for the percent alone."""
    percent = WHOLE * file_import.bytes_done // max(file_import.size_bytes, 1)
    started, last = file_import.started_at, file_import.heartbeat_at
    rows = file_import.rows_done - file_import.rows_at_start
    seconds = (last - started).total_seconds() if started and last else 0.0
    if rows <= 0 or seconds <= 0:
        return Pace(percent=percent)
    rate = rows / seconds
    if file_import.state != ImportState.RUNNING or file_import.rows_total is None:
        return Pace(percent=percent, rows_per_second=round(rate))
    left = max(file_import.rows_total - file_import.rows_done, 0)
    return Pace(percent=percent, rows_per_second=round(rate), seconds_left=round(left / rate))


def pace_text(pace: Pace) -> str:
    """As people read it: “42 % · 1,200 rows a second · 3 minutes left”."""
    parts = [f"{pace.percent} %"]
    if pace.rows_per_second is not None:
        parts.append(_("%(rows)s rows a second") % {"rows": f"{pace.rows_per_second:,}"})
    if pace.seconds_left is not None:
        parts.append(_left(pace.seconds_left))
    return " · ".join(parts)


def _left(seconds: int) -> str:
    if seconds < MINUTE:
        return ngettext("%(number)s second left", "%(number)s seconds left", seconds) % {"number": seconds}
    minutes = -(-seconds // MINUTE)
    return ngettext("%(number)s minute left", "%(number)s minutes left", minutes) % {"number": minutes}
