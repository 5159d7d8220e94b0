"""Why a file is not taken in, or a row of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind
from core.rows import RowError


class ImportTakenOver(DomainError):
    """Another runner is working on this import; this one stopped."""

    code = "import_taken_over"
    kind = ErrorKind.CONFLICT
    message = _("This file is being taken in by another process. Wait until it is done.")


class RowsContradict(RowError):
    """Rows of one file say different things of the same one."""

    code = "rows_contradict"
    message = _(
        "The file says different things of this customer, first in line %(first)s and last in line %(last)s. Correct it; none was taken."
    )
