"""Who stands at the till: the session's user as a cashier, fetched in one query."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from core.errors import DomainError
from core.shown import ShownToAnother
from merchants.models import Cashier
from merchants.queries import working_till
from redemptions.errors import NoTill
from web.problems import SignInRequired, answers_json, problem

OUTLET_HEADER: Final = "X-Outlet"
CASHIER_HEADER: Final = "X-Cashier"  # for whom the page was made that asks
OUTLET_DIGITS: Final = 18

P = ParamSpec("P")
TillView = Callable[Concatenate[HttpRequest, Cashier, P], HttpResponse]


def till_view(view: TillView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """
    A view for a cashier that answers JSON; a refusal becomes a problem. CSRF protection stays on.

    A cashier of several outlets names one in the header `X-Outlet`; otherwise it is the one they came to first. A page says
    in `X-Cashier` for whom it was made: when somebody else signed in since, in another tab, it is refused.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, _cashier_of(request), *args, **kwargs)
        except DomainError as error:
            return problem(error)

    return answers_json(never_cache(answer))


def _cashier_of(request: HttpRequest) -> Cashier:
    user_id = request.session.get(SESSION_KEY)
    if user_id is None:
        raise SignInRequired
    named = request.headers.get(OUTLET_HEADER)
    till = working_till(user_id=user_id, outlet_id=_outlet_id(named) if named else None)
    if till is None or not _is_signed_in(request, till):
        _require_sign_in(request)
    if till is None:
        raise NoTill
    if request.headers.get(CASHIER_HEADER, str(till.pk)) != str(till.pk):
        raise ShownToAnother
    return till


def _outlet_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= OUTLET_DIGITS):
        raise NoTill
    return int(text)


def _is_signed_in(request: HttpRequest, till: Cashier) -> bool:
    """What Django checks of a session's user, on the user that came with the till: one query less for each request."""
    return (
        till.user.is_active
        and request.session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), till.user.get_session_auth_hash())
    )


def _require_sign_in(request: HttpRequest) -> None:
    """Django's own word, for whoever is no cashier and for sessions signed with an older secret key."""
    if not request.user.is_authenticated:
        raise SignInRequired
