"""What a bank's file of residents looks like, for the command, the admin and the worker alike."""

from __future__ import annotations

from imports.services import Columns
from residents.rows import FIELDS, said_by

COLUMNS = Columns(required=("customer",), known=FIELDS, says=said_by)
