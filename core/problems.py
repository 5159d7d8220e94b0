"""A refusal as the body of a problem (RFC 9457), and the HTTP status it goes with. What answers over HTTP builds on it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind

MEDIA_TYPE: Final = "application/problem+json"
STATUS: Final[Mapping[ErrorKind, HTTPStatus]] = {
    ErrorKind.INVALID: HTTPStatus.BAD_REQUEST,
    ErrorKind.DENIED: HTTPStatus.FORBIDDEN,
    ErrorKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    ErrorKind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorKind.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorKind.FAULT: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class RequestRefused(DomainError):
    """A request that HTTP itself has a status for."""

    kind = ErrorKind.INVALID
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST


class MethodWrong(RequestRefused):
    code = "method_wrong"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    message = _("This address does not accept %(method)s.")


def status_of(error: DomainError) -> HTTPStatus:
    """The HTTP status of a refusal."""
    return error.status if isinstance(error, RequestRefused) else STATUS[error.kind]


def problem_type(error: DomainError) -> str:
    """The URI that names this kind of problem; `docs/errors.md` lists them by code."""
    return f"urn:problem:{error.code}"


def problem_body(error: DomainError) -> dict[str, Any]:
    """The members of the problem: its details, its code, and its sentence in the language of the moment."""
    return {
        **error.details,
        "type": problem_type(error),
        "code": error.code,
        "title": str(error),
        "status": int(status_of(error)),
    }
