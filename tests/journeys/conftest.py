"""Journeys in a real browser: the system's Chromium without a window. Without one they are skipped, and counted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from identity.models import User
from tests.clock import BEGINS, Clock
from tests.journeys.film import play, qr, scene
from tests.journeys.late import answer_late
from tests.waiting import wait_until
from web.actors import PHONE_SINCE

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that plays a film
    "--use-fake-ui-for-media-stream",  # and is allowed at once
)
PHONE: Final = {"width": 390, "height": 844}
DESKTOP: Final = {"width": 1280, "height": 800}
PATIENCE_MS: Final = 60_000  # for what hangs; what is awaited on an idle machine is there at once
DOUBLE_TAP: Final = timedelta(milliseconds=700)  # longer than an outcome's screen takes a tap for the second half of a double tap
# The clock that nobody sets goes as the held one does: a page that compares the two sees no jump, however slow the machine.
STEADY: Final = f"performance.now = () => new Date().getTime() - {int(BEGINS.timestamp() * 1000) - 1000}"
# A page says that its scripts have run; one that came by itself is drawn before that, and would miss what is done to it.
READY: Final = "document.addEventListener('DOMContentLoaded', () => { document.documentElement.dataset.ready = '' })"
NOT_READY: Final = "html:not([data-ready])"
# As when somebody looks at another app, or again at this one.
HIDE: Final = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
AHEAD: Final = "Date.now = () => new Date().getTime() + %d"
# answers that tests ask for; and whether a page that was just loaded again may buzz, which the browser decides as it likes
THE_BROWSERS_OWN: Final = ("Failed to load resource", "Blocked call to navigator.vibrate")
WHO_IS_ASKED: Final = "**" + reverse("who")
BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey commits what it does, for the server in the other thread; and needs Chromium."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.django_db(databases=["default", "owner"], transaction=True))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="package")
def camera_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the camera finds what it plays, read anew each time it starts; its frames keep their size."""
    return tmp_path_factory.mktemp("camera") / "film.mjpeg"


@pytest.fixture(scope="package")
def dull_film(camera_file: Path) -> bytes:
    """A film of no resident's code, left with the camera before the browser first looks."""
    play(camera_file, scene(qr("nothing yet")), gray=1)
    return camera_file.read_bytes()


@pytest.fixture(autouse=True)
def film_file(camera_file: Path, dull_film: bytes) -> Path:
    """What the camera plays: nothing of an earlier test."""
    camera_file.write_bytes(dull_film)
    return camera_file


@pytest.fixture(scope="package")
def chromium(camera_file: Path, dull_film: bytes) -> Iterator[Browser]:
    """
    One browser for all journeys.

    Playwright runs a loop in this thread for as long; the tests' own queries are not asynchronous for that.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        answer_late(patch)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*OPTIONS, f"--use-file-for-fake-video-capture={camera_file}"])
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _no_earlier_rates(db: None) -> None:
    cache.clear()


class Phone:
    """A browser with its own storage, that remembers what it complained about."""

    def __init__(self, context: BrowserContext, address: str, *, has_scripts: bool = True) -> None:
        self.context = context
        self.address = address
        self._has_scripts = has_scripts
        context.add_init_script(READY)
        self.complaints: list[str] = []
        self._asked: set[Request] = set()
        context.on("request", self._on_question)
        context.on("requestfinished", self._on_answer)
        context.on("requestfailed", self._on_answer)

    def open(self, path: str) -> Page:
        """A new page on that address."""
        page = self.context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error.stack or error}"))
        if self._has_scripts:  # nothing is expected of a page, or done to it, that isn't ready
            page.add_locator_handler(page.locator(NOT_READY), lambda _: page.wait_for_load_state("domcontentloaded"))
        page.goto(self.address + path)
        return page

    def sign_in(self, user: User, *, known_since: datetime | None = None) -> None:
        """Carry the session of that user, on a phone that showed codes from that moment on."""
        session = SessionStore()
        if known_since is not None:
            session[PHONE_SINCE] = int(known_since.timestamp())
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        self.set_cookie(settings.SESSION_COOKIE_NAME, str(session.session_key))

    def set_cookie(self, name: str, value: str) -> None:
        """A cookie of the site."""
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    @contextmanager
    def not_looking(self) -> Iterator[None]:
        """Let its pages not hear who is signed in, which they ask as they load and now and then: only what they do tells them."""
        self.context.route(WHO_IS_ASKED, lambda route: route.abort())
        yield
        self.context.unroute(WHO_IS_ASKED)

    def wait_for_answers(self) -> None:
        """Wait until the pages have heard of all that they asked."""
        wait_until(self._is_quiet, what="the pages have their answers")

    def _on_question(self, request: Request) -> None:
        self._asked.add(request)

    def _on_answer(self, request: Request) -> None:
        self._asked.discard(request)

    def _is_quiet(self) -> bool:
        was_quiet = not self._asked
        for page in self.context.pages:
            page.evaluate("Promise.resolve()")  # what came is taken in
        return was_quiet and not self._asked

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(words in message.text for words in THE_BROWSERS_OWN):
            self.complaints.append(message.text)


class PagesClock:
    """The clock of a phone's pages. One that asks the server for the time is answered before either clock is put forward."""

    def __init__(self, phone: Phone) -> None:
        self._phone, self._clock = phone, phone.context.clock

    def stop(self) -> None:
        """Let the pages begin nothing new, and end what they began."""
        if pages := self._phone.context.pages:
            self._clock.pause_at(moment_of(pages[0]) + timedelta(milliseconds=10))  # a hair later, never earlier
            self._phone.wait_for_answers()

    def go_on(self, at: datetime) -> None:
        """Stand at that moment; timers run."""
        self._clock.set_fixed_time(at)
        if self._phone.context.pages:
            self._clock.resume()


@pytest.fixture
def phones(chromium: Browser, live_server: Any, clock: Clock) -> Iterator[Callable[..., Phone]]:
    """
    Make phones: `phones()` in English, as wide as a phone; other options are the browser's own.

    What hour it is on their pages the test's clock says, so it moves only when the test moves it. What happens after
    some milliseconds happens by itself.
    """
    made: list[Phone] = []

    def make(*, language: str = "en", **options: Any) -> Phone:
        context = chromium.new_context(**{"viewport": PHONE, "locale": "en-US", "timezone_id": "Asia/Shanghai", **options})
        context.set_default_timeout(PATIENCE_MS)
        phone = Phone(context, live_server.url, has_scripts=options.get("java_script_enabled", True))
        clock.lead(PagesClock(phone))
        context.add_init_script(STEADY)
        phone.set_cookie(settings.LANGUAGE_COOKIE_NAME, language)
        made.append(phone)
        return phone

    yield make
    for phone in made:
        phone.context.close()
    assert [complaint for phone in made for complaint in phone.complaints] == []


def moment_of(page: Page) -> datetime:
    """What hour it is on a page."""
    return datetime.fromtimestamp(page.evaluate("new Date().getTime()") / 1000, UTC)


def after_a_double_tap(page: Page) -> None:
    """Let so much of the page's time pass that the next tap means what it says."""
    page.clock.set_fixed_time(moment_of(page) + DOUBLE_TAP)


def set_clock(phone: Phone, *, ahead: int) -> None:
    """Set the phone's clock so many seconds ahead of the right time; what measures how long things take doesn't change."""
    phone.context.add_init_script(AHEAD % (1000 * ahead))
    for page in phone.context.pages:
        page.evaluate(AHEAD % (1000 * ahead))


@contextmanager
def without_network(phone: Phone) -> Iterator[None]:
    """As in a cellar. What was asked before was answered before."""
    phone.context.set_offline(offline=True)
    phone.wait_for_answers()
    yield
    phone.context.set_offline(offline=False)
