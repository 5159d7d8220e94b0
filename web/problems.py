"""JSON answers for people's pages: a refusal is told as a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from core.errors import DomainError, ErrorKind
from core.problems import MEDIA_TYPE, RequestRefused, problem_body, status_of

P = ParamSpec("P")
View = TypeVar("View", bound=Callable[..., HttpResponse])

RETRY_AFTER_SECONDS: Final = "2"


class SignInRequired(RequestRefused):
    """Nobody is signed in, or no longer."""

    code = "sign_in_required"
    kind = ErrorKind.DENIED
    status = HTTPStatus.UNAUTHORIZED
    message = _("Sign in first.")


class BodyNotValid(DomainError):
    """The body is not the JSON object asked for."""

    code = "body_not_valid"
    kind = ErrorKind.INVALID
    message = _("The request must be a JSON object with these fields as asked: %(fields)s.")


def problem(error: DomainError) -> JsonResponse:
    """The error as `application/problem+json`: its code is the type, its details are members."""
    response = JsonResponse(problem_body(error), status=status_of(error), content_type=MEDIA_TYPE)
    if error.kind is ErrorKind.BUSY:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def answers_json(view: View) -> View:
    """Say of a view that scripts ask it: whatever goes wrong on the way to it, they are told in JSON."""
    view.answers_json = True  # type: ignore[attr-defined]  # kept by decorators around it, which copy what a function has
    return view


def json_view(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view for signed-in people that answers JSON; a refusal becomes a problem. CSRF protection stays on."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            if not request.user.is_authenticated:
                raise SignInRequired
            return view(request, *args, **kwargs)
        except DomainError as error:
            return problem(error)

    return answers_json(never_cache(answer))
