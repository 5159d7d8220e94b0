"""A JSON body read strictly: exactly these fields, each of exactly its type, each named once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.db.models import Choices
from django.http import HttpRequest

from core.limits import PAGE_BODY_BYTES, TEXT_FIELD
from core.text import refuse_unwritable
from web.problems import BodyNotValid

JSON = "application/json"


def read_fields(request: HttpRequest, fields: Mapping[str, type], *, other: Mapping[str, type] | None = None) -> dict[str, Any]:
    """
    The body's fields; with `other`, either those or these.

    `True` is no whole number; texts are at most 200 characters. A field whose type is a set of choices has one of their values.

    :raises BodyNotValid: if the body is anything else.
    :raises CharacterRefused: if a text of it can't be kept.
    """
    body = _object(request)
    for shape in (fields, other):
        if isinstance(body, dict) and shape is not None and set(body) == set(shape):
            if not all(_fits(body[name], kind) for name, kind in shape.items()):
                raise _refusal(shape)
            refuse_odd_texts(body)
            return {name: _read(body[name], kind) for name, kind in shape.items()}
    raise _refusal(fields, other)


def refuse_odd_texts(body: Mapping[str, Any]) -> None:
    """
    Let a body pass whose texts can be kept.

    :raises CharacterRefused: naming the field of the first that can't.
    """
    for name, value in body.items():
        if isinstance(value, str):
            refuse_unwritable(value, field=name)


def _object(request: HttpRequest) -> Any:
    try:
        if request.content_type != JSON or int(request.META.get("CONTENT_LENGTH") or 0) > PAGE_BODY_BYTES:
            return None
        return json.loads(request.body, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError, RequestDataTooBig):
        return None


def _read(value: Any, kind: type) -> Any:
    return kind(value) if issubclass(kind, Choices) else value


def _fits(value: object, kind: type) -> bool:
    if issubclass(kind, Choices):
        return value in kind.values
    if type(value) is not kind:  # isinstance would take True for a number
        return False
    return not isinstance(value, str) or (len(value) <= TEXT_FIELD and bool(value.strip()))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names a field twice says two things; neither is taken."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _refusal(*shapes: Mapping[str, type] | None) -> BodyNotValid:
    said = [", ".join(f"{name} ({_name(kind)})" for name, kind in shape.items()) for shape in shapes if shape]
    return BodyNotValid(fields=" | ".join(said))


def _name(kind: type) -> str:
    if issubclass(kind, Choices):
        return " or ".join(map(str, kind.values))
    return {int: "whole number", str: "text"}[kind]
