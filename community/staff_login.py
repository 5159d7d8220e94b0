"""The staff's sign-in page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.forms import AuthenticationForm


class StaffLoginForm(AuthenticationForm):  # type: ignore[misc]  # Unfold has no types
    """Name and password; `?name=` fills in the name, as links on the demo's sign-in page do."""

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if request is not None:
            self.initial.setdefault("username", request.GET.get("name", ""))
