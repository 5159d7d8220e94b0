"""Signing in by a code, in two steps, and out."""

from __future__ import annotations

import re
from typing import Any, Final

from allauth.account.mixins import NextRedirectMixin, RedirectAuthenticatedUserMixin
from allauth.account.utils import perform_login
from allauth.account.views import LogoutView
from allauth.core import ratelimit
from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import FormView, TemplateView

from core.clock import now
from core.errors import DomainError
from core.problems import STATUS
from identity.forms import CodeForm, PhoneForm
from identity.models import User
from identity.phones import masked_phone
from identity.queries import user_by_phone
from identity.services import check_code, note_sign_in_failed, note_signed_in, note_signed_out, send_code
from merchants.queries import working_till
from redemptions.services import revoke_device
from residents.models import Resident
from residents.queries import is_resident
from web.actors import PHONE_IN_SESSION, signed_in_page
from web.sign_in.browsers import remember, visitor_of
from web.sign_in.demo import offered
from web.sign_in.pending import Pending

HANDLE: Final = re.compile(r"[0-9]{9}")


class RequestCode(RedirectAuthenticatedUserMixin, NextRedirectMixin, FormView):  # type: ignore[misc, type-arg]  # allauth has no types
    """Asks for a phone number and sends it a code."""

    template_name = "sign_in/request_code.html"
    form_class = PhoneForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The demo's people besides, where there are any."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo": offered(self.request)}

    def form_valid(self, form: PhoneForm) -> HttpResponse:
        """Send the code, or say why not. What is said depends on who asks, never on whether someone has the number."""
        if not ratelimit.consume(self.request, action="request_login_code"):
            refused: HttpResponse = respond_429(self.request)
            return refused
        phone, visitor = form.cleaned_data["phone"], visitor_of(self.request)
        try:
            sent = send_code(phone=phone, visitor=visitor, at=now())
        except DomainError as refusal:
            form.add_error("phone", str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=STATUS[refusal.kind])
        Pending(phone=phone, only_to_known=sent.only_to_known).keep(self.request)
        response = redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))
        remember(response, visitor)
        return response


class ConfirmCode(RedirectAuthenticatedUserMixin, NextRedirectMixin, FormView):  # type: ignore[misc, type-arg]
    """Asks for the code and signs in."""

    template_name = "sign_in/confirm_code.html"
    form_class = CodeForm
    pending: Pending

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing to confirm without having asked for a code."""
        pending = Pending.of(request)
        if pending is not None:
            self.pending = pending
        elif not request.user.is_authenticated:
            return redirect(self.passthrough_next_url(reverse("account_request_login_code")))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tail of the number, and whether only some get a text just now."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "phone": masked_phone(self.pending.phone), "only_to_known": self.pending.only_to_known}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Sign in, or say why not."""
        visitor = visitor_of(self.request)
        try:
            user = check_code(phone=self.pending.phone, visitor=visitor, typed=form.cleaned_data["code"], at=now())
        except DomainError as refusal:
            note_sign_in_failed(user=user_by_phone(phone=self.pending.phone), way="code", why=refusal.code, at=now())
            form.add_error("code", str(refusal))
            return self.render_to_response(self.get_context_data(form=form))
        Pending.forget(self.request)
        response: HttpResponse = perform_login(self.request, user, redirect_url=self.get_next_url())
        if user.is_active:
            note_signed_in(user=user, way="code", at=now())
            remember(response, visitor.having(user))
        return response


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
        if isinstance(self.request.user, User):
            note_signed_out(user=self.request.user, at=now())
        response: HttpResponse = super().post(*args, **kwargs)
        messages.success(self.request, _("You are signed out here."))
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
            revoke_device(actor=user, resident=resident, handle=handle, at=now())
