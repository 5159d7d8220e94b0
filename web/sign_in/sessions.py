"""Where one is signed in: listed in the settings of both apps, ended there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.clock import now
from core.errors import NotFound
from core.limits import SESSIONS_SHOWN
from identity.models import OpenSession, User
from identity.queries import open_sessions
from identity.services import end_other_sessions, end_session
from redemptions.services import revoke_device, revoke_other_devices
from residents.models import Resident
from web.actors import PHONE_IN_SESSION, signed_in_page
from web.sign_in.browsers import remember, visitor_of

MOST: Final = 2**63 - 1


class SessionForm(forms.Form):
    """One of one's own sessions."""

    session = forms.IntegerField(min_value=1, max_value=MOST)


def sessions_shown(request: HttpRequest, user: User) -> Mapping[str, Any]:
    """What the settings pages show of it: this browser apart from the others."""
    key = request.session.session_key
    found: Sequence[OpenSession] = open_sessions(user=user, at=now(), limit=SESSIONS_SHOWN)
    return {
        "this_session": next((one for one in found if one.session_key == key), None),
        "other_sessions": [one for one in found if one.session_key != key],
    }


@require_POST
@signed_in_page
def end_one(request: HttpRequest, user: User) -> HttpResponse:
    """Sign out somewhere else; a phone that showed codes by that session shows none any more."""
    form = SessionForm(request.POST)
    if not form.is_valid():
        raise NotFound
    try:
        remembered = end_session(actor=user, session_id=form.cleaned_data["session"], at=now())
    except NotFound:  # tapped twice, or in another tab; of somebody else's session no more is said
        messages.info(request, _("You are signed out there already."))
        return _back(request)
    resident, handle = _resident(user), remembered.get(PHONE_IN_SESSION)
    if resident is not None and handle is not None and handle != request.session.get(PHONE_IN_SESSION):
        revoke_device(actor=user, resident=resident, handle=handle, at=now())
    messages.success(request, _("Signed out there."))
    return _back(request)


@require_POST
@signed_in_page
def end_others(request: HttpRequest, user: User) -> HttpResponse:
    """Sign out everywhere but here."""
    end_other_sessions(actor=user, session_key=request.session.session_key, at=now())
    resident = _resident(user)
    if resident is not None:
        revoke_other_devices(actor=user, resident=resident, handle=request.session.get(PHONE_IN_SESSION), at=now())
    update_session_auth_hash(request, user)
    messages.success(request, _("You are signed in here alone now."))
    response = _back(request)
    remember(response, visitor_of(request).having(user))
    return response


def _resident(user: User) -> Resident | None:
    return Resident.objects.filter(user=user).first()


def _back(request: HttpRequest) -> HttpResponse:
    """The settings page that it was asked on; nobody else's."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if ours else "/settings/")
