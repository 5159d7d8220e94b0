"""Who looks at a page, whatever their audience: the session's user, and the phone that the session is on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache

from core.errors import NotFound
from identity.models import User

PHONE_IN_SESSION: Final = "phone"  # the handle of the device that this session enrolled last
PHONE_SINCE: Final = "phone_since"  # when that was, in seconds

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in_page(view: Callable[Concatenate[HttpRequest, User, P], HttpResponse]) -> View[P]:
    """A page for whoever is signed in; others are asked to sign in first. What is not theirs is not there."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path(), resolve_url("account_request_login_code"))
        try:
            return view(request, request.user, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return never_cache(answer)


def remember_phone(request: HttpRequest, *, handle: int, at: datetime) -> None:
    """Let the session know which phone it is on, and since when."""
    if request.session.get(PHONE_IN_SESSION) != handle:
        request.session[PHONE_IN_SESSION] = handle
        request.session[PHONE_SINCE] = int(at.timestamp())


def phone_since(request: HttpRequest) -> datetime | None:
    """Since when this session's phone is known; None while it has shown no code."""
    seconds = request.session.get(PHONE_SINCE)
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
