"""A refusal as the body of a problem (RFC 9457), and the HTTP status it goes with. What answers over HTTP builds on it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from core.errors import DomainError, ErrorKind

MEDIA_TYPE: Final = "application/problem+json"
STATUS: Final[Mapping[ErrorKind, HTTPStatus]] = {
    ErrorKind.INVALID: HTTPStatus.BAD_REQUEST,
    ErrorKind.DENIED: HTTPStatus.FORBIDDEN,
    ErrorKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    ErrorKind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorKind.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem_type(error: DomainError) -> str:
    """The URI that names this kind of problem; `docs/errors.md` lists them by code."""
    return f"urn:problem:{error.code}"


def problem_body(error: DomainError, *, status: HTTPStatus | None = None) -> dict[str, Any]:
    """The members of the problem: its details, its code, and its sentence in the language of the moment."""
    return {
        **error.details,
        "type": problem_type(error),
        "code": error.code,
        "title": str(error),
        "status": int(status or STATUS[error.kind]),
    }
