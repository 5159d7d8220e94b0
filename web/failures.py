"""
What goes wrong, told in the caller's form: a problem (RFC 9457) for a program, a page for a person.

What a fault of ours was is in the log, under the request's id, and in no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _
from django.views import csrf, defaults
from structlog.contextvars import get_contextvars

from core.errors import DomainError, ErrorKind, NotFound
from core.problems import MethodWrong, RequestRefused, status_of
from web.problems import problem

P = ParamSpec("P")

API: Final = "/api/"
PAGE: Final = "text/html"  # also what an answer without a body says it is
OF_THE_BODY: Final = frozenset({"Content-Type", "Content-Length"})


class RequestNotReadable(DomainError):
    code = "request_not_readable"
    kind = ErrorKind.INVALID
    message = _("The request can't be read: a header, the form or its size is not as HTTP asks. Send it again.")


class RequestTooLarge(RequestRefused):
    code = "request_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = _("The request is larger than this address takes. Nothing was taken in; send less at a time.")


class NotAllowed(DomainError):
    """Whoever asks may not."""

    code = "not_allowed"
    kind = ErrorKind.DENIED
    message = _("You may not do this. If you think that you should, ask at your branch.")


class PageTooOld(DomainError):
    """The page's token against forged requests is missing, or another's."""

    code = "page_too_old"
    kind = ErrorKind.DENIED
    message = _("This page is not good any more, and nothing was sent. Reload it, then send it again.")


class InternalError(DomainError):
    """A fault of ours."""

    code = "internal_error"
    kind = ErrorKind.FAULT
    message = _(
        "Something broke on our side. Send it again in a minute: what has the same key or id is done once. "
        "If it stays so, tell us the request's id."
    )


class ProblemJsonMiddleware:
    """Tells programs as a problem what something on the way refused with an empty answer or a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the answer on, or say it in JSON with the same status and headers."""
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", PAGE).startswith(PAGE)
        if response.status_code not in REFUSALS or not is_page or not wants_json(request):
            return response
        return _instead_of(response, REFUSALS[HTTPStatus(response.status_code)](request))


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: a partner's system, or the script of a page."""
    asked = request.headers.get("Accept", "")
    return (
        request.path_info.startswith(API)
        or "json" in (request.content_type or "")
        or ("html" not in asked and ("json" in asked or request.headers.get("Sec-Fetch-Dest") == "empty"))
        or _is_for_scripts(request)
    )


def in_their_language(answer: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Have it said in the visitor's language, which nobody has looked for yet where a request is refused early."""

    @wraps(answer)
    def said(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with override(get_language_from_request(request)):
            return answer(request, *args, **kwargs)

    return said


@in_their_language
def answer_refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The refusal in the caller's form."""
    if wants_json(request):
        return problem(refusal)
    return render(request, "400.html", {"refusal": str(refusal)}, status=status_of(refusal))


@in_their_language
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses to read."""
    if isinstance(exception, RequestDataTooBig):
        return answer_refusal(request, RequestTooLarge())
    return problem(RequestNotReadable()) if wants_json(request) else defaults.bad_request(request, exception)


@in_their_language
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What this person may not do."""
    return problem(NotAllowed()) if wants_json(request) else defaults.permission_denied(request, exception)


@in_their_language
def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What came without the token of the page, or with an old one."""
    return problem(PageTooOld()) if wants_json(request) else csrf.csrf_failure(request, reason)


@in_their_language
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such address, or nothing behind it."""
    return problem(NotFound()) if wants_json(request) else defaults.page_not_found(request, exception)


@in_their_language
def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    return problem(_fault()) if wants_json(request) else defaults.server_error(request)


def _is_for_scripts(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None:  # refused before it was looked up
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return False
    return getattr(match.func, "answers_json", False)


def _fault() -> InternalError:
    told = get_contextvars().get("request_id")
    return InternalError(request_id=told) if told else InternalError()


def _instead_of(response: HttpResponse, refusal: DomainError) -> HttpResponse:
    told = problem(refusal)
    for name, value in response.headers.items():
        if name not in OF_THE_BODY:
            told.headers[name] = value
    told.cookies = response.cookies
    return told


REFUSALS: Final[Mapping[HTTPStatus, Callable[[HttpRequest], DomainError]]] = {
    HTTPStatus.BAD_REQUEST: lambda _request: RequestNotReadable(),
    HTTPStatus.FORBIDDEN: lambda _request: NotAllowed(),
    HTTPStatus.NOT_FOUND: lambda _request: NotFound(),
    HTTPStatus.METHOD_NOT_ALLOWED: lambda request: MethodWrong(method=str(request.method)),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: lambda _request: RequestTooLarge(),
    HTTPStatus.INTERNAL_SERVER_ERROR: lambda _request: _fault(),
}
