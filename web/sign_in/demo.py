"""On an embedded system that the demo filled: sign in as one of its made-up people with one tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django import forms
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.clock import alliance_day, now
from core.forms import WholeNumberField
from core.limits import DEMO_NEWCOMERS_OFFERED, DEMO_RESIDENTS_OFFERED, DEMO_STAFF_OFFERED, DEMO_TILLS_OFFERED
from identity.demo import DEMO_PASSWORD
from identity.models import User
from identity.queries import made_up_staff, made_up_user
from identity.services import note_signed_in
from merchants.models import Cashier
from merchants.queries import made_up_tills
from points.queries import lots
from residents.models import BankLink
from residents.queries import made_up_newcomers, made_up_residents
from web.trial import is_trial

EXPIRES_SOON: Final = timedelta(days=10)
BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True, slots=True)
class OfferedResident:
    """A resident, and what is worth a look in their wallet."""

    link: BankLink
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Whom one may sign in as; staff still type the password."""

    residents: Sequence[OfferedResident]
    newcomers: Sequence[User]
    tills: Sequence[Cashier]
    staff: Sequence[User]
    password: str


class WhoForm(forms.Form):
    """One of the demo's people, by the user's number."""

    who = WholeNumberField(min_value=1, max_value=2**63 - 1)


def offered(request: HttpRequest) -> Offered | None:
    """The demo's people; None where there is no demo, and always where it is no trial on one machine."""
    if not is_trial(request):
        return None
    residents = [OfferedResident(link, _hint(link)) for link in made_up_residents(limit=DEMO_RESIDENTS_OFFERED)]
    newcomers = made_up_newcomers(limit=DEMO_NEWCOMERS_OFFERED)
    tills = made_up_tills(limit=DEMO_TILLS_OFFERED)
    staff = made_up_staff(limit=DEMO_STAFF_OFFERED)
    if not (residents or newcomers or tills or staff):
        return None
    return Offered(residents=residents, newcomers=newcomers, tills=tills, staff=staff, password=DEMO_PASSWORD)


def _hint(link: BankLink) -> str:
    today = alliance_day(now())
    owned = lots(link.resident.wallet_id)
    if any(today <= lot.expires_on <= today + EXPIRES_SOON for lot in owned):
        return gettext("some points expire within days")
    if link.resident.links.count() > 1:
        return gettext("customer of two banks")
    if any(lot.available_on is not None and lot.available_on > today for lot in owned):
        return gettext("some points are on their way")
    return ""


@never_cache
@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people. Elsewhere than embedded there is no such address, and nobody else is there."""
    form = WhoForm(request.POST)
    if not is_trial(request) or not form.is_valid():
        raise Http404
    user = made_up_user(user_id=form.cleaned_data["who"])
    if user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    note_signed_in(user=user, way="demo", at=now())
    return redirect("landing")
