"""Model instances from rows of plain SQL: what was read is there, every other field is fetched when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


def from_columns(model: type[M], names: tuple[str, ...], values: Sequence[Any], **related: Model) -> M:
    """
    An instance with these columns, by name (`outlet_id`, not `outlet`), and with what they point at, where that was read too.

    The order of the columns is the query's own.

    Put together as unpickling does it, in less time than by `Model.from_db`, which looks at every field that was not read: to
    Django a field that is not in the instance's dictionary is a deferred one.
    """
    _check_names(model, names)
    state = ModelState()
    state.adding = False
    state.db = DEFAULT_DB_ALIAS
    state.fields_cache.update(related)
    instance = model.__new__(model)
    instance.__dict__.update(zip(names, values, strict=True), _state=state)
    return instance


@cache
def _check_names(model: type[Model], names: tuple[str, ...]) -> None:
    known = {field.attname for field in model._meta.concrete_fields}  # noqa: SLF001 - documented, for all its underscore
    assert known.issuperset(names), f"each column is one of the model's: {names}"
