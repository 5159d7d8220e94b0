"""Notes now and then that a session is used, for the list of where one is signed in."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from core.clock import now
from core.limits import SESSION_NOTED_SECONDS, SESSIONS_REMEMBERED
from identity.models import User
from identity.services import note_session

QUIET: Final = frozenset({"/sign-in/who/"})  # asked by pages that lie open, used or not
# the first that is found; browsers inside other apps and copies of Chrome name what they copy too
BROWSERS: Final = (
    ("MicroMessenger", "WeChat"),
    ("AlipayClient", "Alipay"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("HeyTapBrowser", "HeyTap Browser"),
    ("VivoBrowser", "vivo Browser"),
    ("QQBrowser", "QQ Browser"),
    ("UCBrowser", "UC Browser"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


class NoteSessionMiddleware:
    """Notes each session at its first request, and again every ten minutes that it is used in; each process for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.noted: OrderedDict[str, float] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then note whose session it is by now: signing in gave it another key."""
        response = self.get_response(request)
        key = request.session.session_key
        if key is not None and request.path not in QUIET and self._is_due(key) and isinstance(request.user, User):
            note_session(user=request.user, session_key=key, browser=browser_name(request.headers.get("User-Agent", "")), at=now())
        return response

    def _is_due(self, key: str) -> bool:
        at = time.monotonic()
        if at - self.noted.get(key, -SESSION_NOTED_SECONDS) < SESSION_NOTED_SECONDS:
            return False
        self.noted[key] = at
        self.noted.move_to_end(key)
        if len(self.noted) > SESSIONS_REMEMBERED:
            self.noted.popitem(last=False)
        return True


def browser_name(agent: str) -> str:
    """Browser and device in a few words of ours, e.g. `Safari · iPhone`; what the browser says of itself is shown to nobody."""
    found = (next((name for sign, name in signs if re.search(rf"\b{sign}", agent)), "") for signs in (BROWSERS, DEVICES))
    return " · ".join(name for name in found if name)
