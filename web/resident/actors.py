"""Who looks at a resident's page: the session's user as a resident, or the way to become one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import NotFound
from identity.models import User
from residents.access import resident_of
from residents.models import Resident
from web.actors import View, signed_in_page

P = ParamSpec("P")


def resident_page(view: Callable[Concatenate[HttpRequest, Resident, P], HttpResponse]) -> View[P]:
    """A page for residents. Anyone who is not a resident yet goes to the page for linking a bank."""

    @wraps(view)
    def answer(request: HttpRequest, user: User, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            resident = resident_of(user=user)
        except NotFound:
            messages.info(request, _("This page is about your points. Link your bank first."))
            return redirect("resident-bank")
        return view(request, resident, *args, **kwargs)

    return signed_in_page(answer)
