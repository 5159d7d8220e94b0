"""The staff's sign-in page, their way out, and their new password. Each leaves a security event."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from unfold.forms import AuthenticationForm

from core.clock import now
from identity.models import User
from identity.services import note_password_changed, note_sign_in_failed, note_signed_in, note_signed_out


class StaffLoginForm(AuthenticationForm):  # type: ignore[misc]  # Unfold has no types
    """Name and password; `?name=` fills in the name, as links on the demo's sign-in page do."""

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if request is not None:
            self.initial.setdefault("username", request.GET.get("name", ""))

    def clean(self) -> dict[str, Any]:
        """Check the password; what follows a right one is the session."""
        try:
            checked: dict[str, Any] = super().clean()
        except ValidationError as refusal:
            tried = User.objects.filter(username=self.cleaned_data.get("username"), is_staff=True).first()
            note_sign_in_failed(user=tried, way="password", why=refusal.code or "", at=now())
            raise
        if self.user_cache is not None:
            note_signed_in(user=self.user_cache, way="password", at=now())
        return checked


def change_password(request: HttpRequest) -> HttpResponse:
    """Take another password."""
    user = request.user
    assert isinstance(user, User), "the admin asks for a sign-in first"
    before = user.password
    answer = admin.site.password_change(request)
    if user.password != before:
        note_password_changed(user=user, at=now())
    return answer


def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave the desk."""
    if request.method == "POST" and isinstance(request.user, User):
        note_signed_out(user=request.user, at=now())
    return admin.site.logout(request)
