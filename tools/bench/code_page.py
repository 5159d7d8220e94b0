"""
The resident's pages as a slow phone meets them: the code with no network and a worker that sleeps, and the weight of home.

Figures: milliseconds from opening the code page to the code on the screen, the processor slowed four times, the service
worker stopped before each run, no network (95th percentile and median); kilobytes that the first load of home moves.
"""

from __future__ import annotations

import os
from statistics import median
from typing import Any, Final

from core.progress import track
from tools.bench.chromium import PHONE, chromium
from tools.bench.figures import Figure
from tools.bench.load import percentile
from tools.bench.neighborhood import session_of, settle_in
from tools.bench.pages import Eyes
from tools.bench.servers import web_server

RUNS: Final = 20
SLOWER: Final = 4
DAYS: Final = 14
TARGETS: Final = {"code_page_cold_p95": 1_000.0, "home_weight": 60.0}
SHOWN: Final = """() => {
    const look = () => {
        const digits = document.querySelector("[data-part=digits]");
        const canvas = document.querySelector("[data-part=canvas]");
        if (digits?.textContent.length > 20 && canvas.checkVisibility()) window.shownAfter = performance.now();
        else requestAnimationFrame(look);
    };
    look();
}"""
KEPT: Final = """() => new Promise((resolve) => {
    const asked = indexedDB.open("codes", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("device");
    asked.onsuccess = () => {
        const got = asked.result.transaction("device").objectStore("device").get("this");
        got.onsuccess = () => { asked.result.close(); resolve(Boolean(got.result?.handle)) };
    };
})"""


def measure() -> list[Figure]:
    """Fill a neighborhood, serve it, and look at it with a browser."""
    people = settle_in(days=DAYS)
    session = session_of(people.users[Eyes.RESIDENT])
    with web_server(dict(os.environ)) as port, chromium() as browser:
        site = f"http://127.0.0.1:{port}"
        context = browser.new_context(viewport=PHONE, timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        weight, requests = _weigh_home(context, site)
        times = _open_code_pages(context, site)
    made = {"runs": RUNS, "slower": SLOWER}
    return [
        Figure("code_page_cold_p95", percentile(times, 0.95), "ms", {**made, "target": TARGETS["code_page_cold_p95"]}),
        Figure("code_page_cold_median", median(times), "ms", made),
        Figure("home_weight", weight / 1_000, "kB", {"requests": requests, "target": TARGETS["home_weight"]}),
    ]


def _weigh_home(context: Any, site: str) -> tuple[int, int]:
    """The bytes that the first visit of home moves, headers included; what the worker keeps for later is not home's."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    moved: list[int] = []
    devtools.on("Network.loadingFinished", lambda event: moved.append(int(event["encodedDataLength"])))
    page.goto(f"{site}/", wait_until="load")
    page.wait_for_load_state("networkidle")
    weight, requests = sum(moved), len(moved)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match('/code/').then(Boolean)")
    page.wait_for_function(KEPT)
    page.close()
    return weight, requests


def _open_code_pages(context: Any, site: str) -> list[float]:
    context.set_offline(offline=True)
    times = []
    for _run in track(range(RUNS), label="code page", total=RUNS, unit=" runs"):
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("ServiceWorker.enable")
        devtools.send("ServiceWorker.stopAllWorkers")
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.add_init_script(f"({SHOWN})()")
        page.goto(f"{site}/code/", wait_until="commit")
        page.wait_for_function("() => window.shownAfter")
        times.append(float(page.evaluate("window.shownAfter")))
        page.close()
    return times
