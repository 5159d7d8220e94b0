"""Choosing language, theme and type; and the pages that show all parts of the look, and how errors are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_POST, require_safe

from identity.models import User
from identity.services import choose_language
from web.look.forms import LookForm
from web.trial import is_trial

YEAR_SECONDS: Final = 365 * 24 * 3600
ERRORS: Final[Mapping[str, Callable[[HttpRequest], HttpResponse]]] = {  # by the template's name, what answers for real
    "400": lambda request: defaults.bad_request(request, BadRequest()),
    "403": lambda request: defaults.permission_denied(request, PermissionDenied()),
    "403_csrf": csrf_failure,
    "429": respond_429,
    "500": defaults.server_error,
}


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen, and go back to where it was chosen."""
    answer = HttpResponseRedirect(_back(request))
    form = LookForm(request.POST)
    if not form.is_valid():
        return answer
    chosen = form.cleaned_data
    if chosen["language"]:
        _keep(answer, settings.LANGUAGE_COOKIE_NAME, chosen["language"])
        if isinstance(request.user, User):
            choose_language(user=request.user, language=chosen["language"])
    for name in ("theme", "type"):
        if chosen[name]:
            _keep(answer, name, chosen[name])
    return answer


@require_safe
def show_parts(request: HttpRequest) -> HttpResponse:
    """Show every part of the look; elsewhere than embedded there is no such page."""
    if not is_trial(request):
        raise Http404
    return render(request, "look/parts.html")


@require_safe
def show_error(request: HttpRequest, name: str) -> HttpResponse:
    """Show the page of an error as it is shown for real, its status included; elsewhere than embedded there is no such page."""
    if not is_trial(request) or name not in ERRORS:
        raise Http404
    return ERRORS[name](request)


def _keep(answer: HttpResponse, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=YEAR_SECONDS, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")


def _back(request: HttpRequest) -> str:
    """The page of ours that was asked for; nobody else's."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"
