"""
In the cashier's hand: from the first frame in which the code is in view to the green screen, with 150 ms for each key.

Chromium's fake camera plays a film of a code that was made just before: gray, then the code. The page is the product's
own, served by the Procfile's command; fingers are calls in the page, so that nothing but the product is waited for.
"""

from __future__ import annotations

import io
import os
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import qrcode
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page

from branches.models import Neighborhood
from core.clock import alliance_day, now
from core.limits import COOL_DOWN
from core.progress import track
from identity.services import system_actor
from merchants.models import Cashier
from merchants.services import appoint_cashier, enroll_merchant, open_outlet
from points.parties import open_wallets
from points.posting import Earn, post
from points.queries import terms_on
from redemptions.rotating_code import make_code
from redemptions.services import enroll_device
from redemptions.services.devices import Enrollment
from residents.models import Resident
from tools.bench.browser import HOST
from tools.bench.chromium import PHONE, chromium
from tools.bench.figures import Figure
from tools.bench.load import percentile
from tools.bench.servers import web_server
from tools.bench.world import make_bank

RUNS: Final = 20
KEY_MS: Final = 150
GOAL_SECONDS: Final = 3
POINTS: Final = 100
FRAME: Final = (1280, 720)
GRAY: Final = (96, 92, 88)
CODE_SIDE: Final = 360
GRAY_FRAMES: Final = 15
CODE_FRAMES: Final = 150
QUALITY_Q: Final = qrcode.constants.ERROR_CORRECT_Q
CAMERA: Final = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")

# Taps "scan", waits for the code to come into view and for the keypad, types 3 0 and takes; resolves to the milliseconds
# between the first frame with the code in it and green.
HAND: Final = """(keyMs) => new Promise((resolve) => {
    const video = document.querySelector("video");
    const eye = new OffscreenCanvas(64, 36).getContext("2d", { willReadFrequently: true });
    let seen = 0;
    let gray = performance.now(); // when the code was not in view yet; it may be read before this eye sees it
    const look = (at) => {
        eye.drawImage(video, 0, 0, 64, 36);
        const light = eye.getImageData(0, 0, 64, 36).data.filter((_value, place) => place % 4 === 1);
        if (Math.max(...light) - Math.min(...light) > 100) seen = at;
        else gray = at;
        if (!seen) video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    const when = (test, act) => {
        const watch = new MutationObserver(() => test() && (watch.disconnect(), act()));
        watch.observe(document.body, { subtree: true, attributes: true });
    };
    const taps = ["[data-key='3']", "[data-key='0']", "[data-part=take]"];
    when(() => !document.querySelector("[data-state=amount]").hidden, () => {
        taps.forEach((one, place) => setTimeout(() => document.querySelector(one).click(), keyMs * (place + 1)));
    });
    when(() => document.getElementById("verdict-done").open, () => resolve(performance.now() - (seen || gray)));
    document.querySelector("[data-do=scan]").click();
})"""


def measure() -> list[Figure]:
    """The 95th percentile and the median of all runs."""
    cashier, phones = _make_world()
    session = _session_of(cashier)  # before the browser: Playwright's loop and the ORM don't share a thread
    with ExitStack() as used:
        film = Path(used.enter_context(TemporaryDirectory())) / "film.mjpeg"
        _play(film, phones[0], at=now())  # the camera is asked for its frames' size when the browser starts
        port = used.enter_context(web_server(dict(os.environ)))
        browser = used.enter_context(chromium(*CAMERA, f"--use-file-for-fake-video-capture={film}"))
        page = _till(browser, port, session)
        taken = [_take(page, film, phone) for phone in track(phones, label="scan to green", unit=" runs")]
    parameters = {"runs": RUNS, "key_ms": KEY_MS, "goal_seconds": GOAL_SECONDS}
    return [
        Figure("hand_scan_to_green_p95", percentile(taken, 0.95), "s", parameters),
        Figure("hand_scan_to_green_p50", percentile(taken, 0.5), "s", parameters),
    ]


def _take(page: Page, film: Path, phone: Enrollment) -> float:
    _play(film, phone, at=now())
    seconds = float(page.evaluate(HAND, KEY_MS)) / 1000
    page.wait_for_timeout(700)
    page.locator("#verdict-done [data-choice=close]").click()
    return seconds


def _session_of(cashier: Cashier) -> str:
    client = Client()
    client.force_login(cashier.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _till(browser: Browser, port: int, session: str) -> Page:
    address = f"http://{HOST}:{port}"
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # a plain dict
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/merchant/")
    page.wait_for_selector("#till[data-ready]")
    return page


def _play(film: Path, phone: Enrollment, *, at: datetime) -> None:
    code = make_code(key=phone.key, handle=phone.device.handle, at=at)
    drawn = qrcode.QRCode(error_correction=QUALITY_Q, border=4)
    drawn.add_data(code)
    picture = drawn.make_image().get_image().convert("RGB").resize((CODE_SIDE, CODE_SIDE), Image.Resampling.NEAREST)
    gray = Image.new("RGB", FRAME, GRAY)
    view = gray.copy()
    view.paste(picture, ((FRAME[0] - CODE_SIDE) // 2, (FRAME[1] - CODE_SIDE) // 2))
    film.write_bytes(_jpeg(gray) * GRAY_FRAMES + _jpeg(view) * CODE_FRAMES)


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def _make_world() -> tuple[Cashier, list[Enrollment]]:
    """A cashier, and as many residents as runs: each code is good for one of them."""
    at = now()
    bank = make_bank("HAND")
    merchant = enroll_merchant(actor=system_actor(), name="Bakery", acquirer=bank, at=at)
    outlet = open_outlet(
        actor=system_actor(), merchant=merchant, neighborhood=Neighborhood.objects.get(branch__bank=bank), name="Bakery", at=at
    )
    cashier = appoint_cashier(actor=system_actor(), outlet=outlet, phone="+8613988880000", name="Bao", at=at)
    residents = Resident.objects.bulk_create(Resident(name=f"Mei {number}", joined_at=at) for number in range(RUNS))
    open_wallets([resident.wallet_id for resident in residents], at=at)
    today = alliance_day(at)
    terms = terms_on(bank.issuer_id, today)
    earns = [
        Earn(
            wallet=resident.wallet_id,
            issuer=bank.issuer_id,
            terms=terms.id,
            points=POINTS,
            key="first",
            expires_on=terms.expires_on(today),
            effective_at=at,
        )
        for resident in residents
    ]
    assert all(result.posted for result in post(earns, at=now())), "a fresh ledger refuses nothing"
    return cashier, [enroll_device(resident=resident, at=at - COOL_DOWN) for resident in residents]
