"""Who looks at a till's page: the session's user as a cashier, at the outlet they chose."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from identity.models import User
from merchants.models import Cashier
from merchants.queries import working_till
from web.actors import View, signed_in_page

OUTLET_IN_SESSION: Final = "outlet"  # the one chosen last, of a cashier of several

P = ParamSpec("P")


def till_page(view: Callable[Concatenate[HttpRequest, Cashier, P], HttpResponse]) -> View[P]:
    """A page for a cashier; who is none is told so. An outlet chosen once that is theirs no more gives way to their first."""

    @wraps(view)
    def answer(request: HttpRequest, user: User, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        chosen = request.session.get(OUTLET_IN_SESSION)
        cashier = working_till(user_id=user.pk, outlet_id=chosen)
        if cashier is None and chosen is not None:
            cashier = working_till(user_id=user.pk)
        if cashier is None:
            return render(request, "merchant/no_till.html", status=HTTPStatus.FORBIDDEN)
        return view(request, cashier, *args, **kwargs)

    return signed_in_page(answer)
