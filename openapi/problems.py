"""The one exception handler of the Open API: every refusal becomes a problem (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import DomainError, ErrorKind, NotFound
from core.problems import MEDIA_TYPE, MethodWrong, problem_body, status_of
from openapi.errors import AnswerNotAcceptable, ApiError, MediaTypeWrong, NotJson, TokenNeeded

RETRY_AFTER_SECONDS: Final = "2"


def answer_problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The problem for an exception of a view, or None for a fault of our own, which is Django's to report."""
    refusal = _as_domain_error(error, context)
    if refusal is None:
        return None
    status = status_of(refusal)
    response = Response(problem_body(refusal), status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="api", error="invalid_token"'
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    if refusal.kind is ErrorKind.BUSY:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def plain_problem(refusal: ApiError) -> HttpResponse:
    """The problem for a view that isn't the framework's."""
    body = json.dumps(problem_body(refusal), ensure_ascii=False)
    return HttpResponse(body, status=refusal.status, content_type=MEDIA_TYPE)


def _as_domain_error(error: Exception, context: Mapping[str, Any]) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, exceptions.MethodNotAllowed):
        return MethodWrong(method=str(context["request"].method))
    for kind, refusal in PLAIN.items():
        if isinstance(error, kind):
            return refusal()
    return None


PLAIN: Final[Mapping[type[Exception], type[DomainError]]] = {
    Http404: NotFound,
    exceptions.NotAuthenticated: TokenNeeded,
    exceptions.AuthenticationFailed: TokenNeeded,
    exceptions.PermissionDenied: TokenNeeded,
    exceptions.UnsupportedMediaType: MediaTypeWrong,
    exceptions.NotAcceptable: AnswerNotAcceptable,
    exceptions.ParseError: NotJson,
}
