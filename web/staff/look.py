"""Settings of the admin's look."""

from __future__ import annotations

from typing import Any, Final

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

# The site's warm paper and ink, and the one accent for what to do next, in Unfold's steps.
PAPER_AND_INK: Final = {
    "50": "#faf7f1",
    "100": "#f3eee4",
    "200": "#e6decf",
    "300": "#d3c8b5",
    "400": "#a3988a",
    "500": "#786d60",
    "600": "#574f45",
    "700": "#423b33",
    "800": "#2b2620",
    "900": "#1c1814",
    "950": "#12100d",
}
VERMILION: Final = {
    "50": "#fdf3ef",
    "100": "#fbe9e2",
    "200": "#f6cfc2",
    "300": "#eeaa95",
    "400": "#e27f63",
    "500": "#d65d41",
    "600": "#bf3a1e",
    "700": "#a73016",
    "800": "#862815",
    "900": "#6c2415",
    "950": "#3b1009",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Community points"),
    "SITE_HEADER": _("Community points"),
    "SITE_SYMBOL": "diversity_3",
    "SITE_URL": "/",
    "LOGIN": {"form": "web.staff.sign_in.StaffLoginForm"},
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "web.staff.dashboard.dashboard",
    "STYLES": [lambda _request: static("css/dashboard.css")],
    "COLORS": {"base": PAPER_AND_INK, "primary": VERMILION},
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "web.staff.menu.navigation"},
}
