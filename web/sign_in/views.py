"""allauth's views of signing in by code, with our forms and our sentences."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from allauth.account.views import ConfirmLoginCodeView, LogoutView, RequestLoginCodeView
from allauth.core.ratelimit import respond_429
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from core.clock import now
from core.errors import DomainError
from identity.forms import CodeForm, PhoneForm
from identity.models import User
from merchants.queries import working_till
from redemptions.services import revoke_device
from residents.models import Resident
from residents.queries import is_resident
from web.resident.actors import PHONE_IN_SESSION, signed_in_page
from web.sign_in.demo import offered

HANDLE: Final = re.compile(r"[0-9]{9}")


class RequestCode(RequestLoginCodeView):  # type: ignore[misc]  # allauth has no types
    """Asks for a phone number and sends it a code."""

    template_name = "sign_in/request_code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The demo's people besides, where there are any."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo": offered()}

    def get_form_class(self) -> type[PhoneForm]:
        """Our form."""
        return PhoneForm

    def form_valid(self, form: PhoneForm) -> HttpResponse:
        """Send the code, or say why not."""
        try:
            response: HttpResponse = super().form_valid(form)
        except DomainError as refusal:
            form.add_error("phone", str(refusal))
            response = self.render_to_response(self.get_context_data(form=form), status=HTTPStatus.TOO_MANY_REQUESTS)
        return response

    def form_invalid(self, form: PhoneForm) -> HttpResponse:
        """Say what is wrong; of a number that is sent over and over, that it is too much."""
        if form.has_error("phone", code="rate_limited"):
            refusal: HttpResponse = respond_429(self.request)
            return refusal
        response: HttpResponse = super().form_invalid(form)
        return response


class ConfirmCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """Asks for the code and signs in."""

    template_name = "sign_in/confirm_code.html"

    def get_form_class(self) -> type[CodeForm]:
        """Our form."""
        return CodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose code it must be, instead of what it must be."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        kwargs.pop("code", None)
        return {**kwargs, "user": self._process.user}


@require_safe
@signed_in_page
def land(_request: HttpRequest, user: User) -> HttpResponse:
    """Where one goes who signed in and asked for no page: to the till, to the desk, or home, wherever one's work or points are."""
    if working_till(user_id=user.pk):
        return redirect("merchant-till")
    return redirect("admin:index" if user.is_staff and not is_resident(user_id=user.pk) else "home")


class Inactive(TemplateView):
    """Says that this user may not sign in any more."""

    template_name = "sign_in/inactive.html"


class SignOut(LogoutView):  # type: ignore[misc]
    """Signs out, and leaves nothing behind: the phone shows no codes any more, and keeps nothing."""

    template_name = "sign_in/sign_out.html"

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Stop this phone's codes, sign out, and ask the browser to forget what it kept."""
        self._stop_codes()
        response: HttpResponse = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def _stop_codes(self) -> None:
        user = self.request.user
        resident = Resident.objects.filter(user=user).first() if isinstance(user, User) else None
        if resident is None:
            return
        told = self.request.POST.get("handle", "")
        handles = {self.request.session.get(PHONE_IN_SESSION), int(told) if HANDLE.fullmatch(told) else None}
        for handle in handles - {None}:
            revoke_device(resident=resident, handle=handle, at=now())
