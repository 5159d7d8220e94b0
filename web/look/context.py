"""What every page's frame needs to know."""

from __future__ import annotations

from django.http import HttpRequest

from web.look.choices import Theme, Type
from web.sign_in.who import mark_of
from web.trial import is_trial


def look(request: HttpRequest) -> dict[str, object]:
    """The chosen look, as the attributes of the page; whether this is an embedded system; and whose page it is."""
    theme, type_ = request.COOKIES.get("theme", ""), request.COOKIES.get("type", "")
    return {
        "theme": theme if theme in {Theme.LIGHT, Theme.DARK} else "",
        "type": type_ if type_ == Type.LARGE else "",
        "embedded": is_trial(request),
        "who": mark_of(getattr(request, "_cached_user", None)),  # who was asked for already; it costs no query
    }
