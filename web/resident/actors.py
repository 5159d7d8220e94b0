"""Who looks at a resident's page: the session's user as a resident, or the way to become one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.errors import NotFound
from identity.models import User
from residents.access import resident_of
from residents.models import Resident

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


def resident_page(view: Callable[Concatenate[HttpRequest, Resident, P], HttpResponse]) -> View[P]:
    """A page for a resident; who is none yet is led to the page where one becomes one."""

    @wraps(view)
    def answer(request: HttpRequest, user: User, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            resident = resident_of(user=user)
        except NotFound:
            messages.info(request, _("This page is about your points. Link your bank first."))
            return redirect("resident-bank")
        return view(request, resident, *args, **kwargs)

    return signed_in_page(answer)


def remember_phone(request: HttpRequest, *, handle: int, at: datetime) -> None:
    """Let the session know which phone it is on, and since when."""
    if request.session.get(PHONE_IN_SESSION) != handle:
        request.session[PHONE_IN_SESSION] = handle
        request.session[PHONE_SINCE] = int(at.timestamp())


def phone_since(request: HttpRequest) -> datetime | None:
    """Since when this session's phone is known; None while it has shown no code."""
    seconds = request.session.get(PHONE_SINCE)
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
