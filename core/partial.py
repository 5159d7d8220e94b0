"""Model instances from rows of plain SQL: what was read is there, every other field is fetched when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


def from_columns(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """An instance with these columns, by name (`outlet_id`, not `outlet`); their order is the statement's own."""
    given = dict(zip(names, values, strict=True))
    known = [field.attname for field in model._meta.concrete_fields if field.attname in given]  # noqa: SLF001 - documented, for all its underscore
    assert len(known) == len(names), "each column is one of the model's"
    return model.from_db(connection.alias, known, [given[name] for name in known])
