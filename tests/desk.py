"""A browser at the desk: what a page carries goes with the form, as any browser sends it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Final

from django.test import Client

from identity.models import User

CARRIED: Final = re.compile(r'<input type="hidden" name="(shown|form_key)" value="([^"]+)"')


def carried(page: Any) -> dict[str, list[str]]:
    """The hidden fields of the page's form: its key, and the fingerprints of what it shows."""
    fields: dict[str, list[str]] = {}
    for name, value in CARRIED.findall(page.content.decode()):
        fields.setdefault(name, []).append(unescape(value))
    return fields


class Desk(Client):
    """Opens a page of the desk before it sends the page's form, unless the test says itself what the page carried."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # Django's has a dozen parameters
        """Send a form."""
        opened = path.startswith("/admin/") and isinstance(data, dict) and "form_key" not in data
        return super().post(path, {**carried(self.get(path)), **data} if opened else data, *args, **kwargs)


def signed_in(user: User) -> Desk:
    """A member of staff, who reads English."""
    browser = Desk(headers={"accept-language": "en"})
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser
