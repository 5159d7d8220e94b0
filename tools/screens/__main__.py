"""
`python3 run.py screens`: every page in every mode, as pictures under `docs/screens/`.

Which pages there are comes from the URL configuration by way of `tools/bench/pages.py`. `ONLY=<part of a name>` takes some,
`TO=<folder>` writes elsewhere.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from tools.bench.chromium import DESKTOP, PHONE, NoChromium, chromium
from tools.bench.pages import STEPS, VIEWS, Eyes, Step, View, admin_views
from tools.bench.place import ROOT, scratch_place
from tools.bench.servers import web_server

if TYPE_CHECKING:
    from identity.models import User

FOLDER: Final = ROOT / "docs" / "screens"
QUALITY: Final = 72
TALLEST: Final = 2200  # a longer page is cut there
SETTLED: Final = """() => !document.querySelector('[aria-busy=true]') || location.pathname === '/dev/look/'"""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of looking: how wide, in which language, theme and type."""

    wide: bool
    language: str
    theme: str
    type: str = ""

    @property
    def name(self) -> str:
        """As the file is called."""
        return "-".join(filter(None, ["desktop" if self.wide else "phone", self.language[:2], self.theme, self.type]))


MODES: Final = (
    *(Mode(wide, language, theme) for wide in (False, True) for language in ("zh-hans", "en") for theme in ("light", "dark")),
    *(Mode(wide=False, language=language, theme=theme, type="large") for language in ("zh-hans", "en") for theme in ("light", "dark")),
)
DESK_MODES: Final = (Mode(wide=True, language="zh-hans", theme="light"), Mode(wide=True, language="en", theme="dark"))
PARTS_MODES: Final = (Mode(wide=False, language="zh-hans", theme="light"), Mode(wide=True, language="en", theme="dark"))


def main() -> int:
    """Take all pictures, or those that `ONLY` names."""
    folder, only = Path(os.environ.get("TO") or FOLDER), os.environ.get("ONLY", "")
    if not only and folder.exists():
        shutil.rmtree(folder)
    try:
        with scratch_place("screens") as place, web_server(place.environment) as port, chromium() as browser:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's loop runs in this thread; our queries don't
            _take_all(browser, f"http://127.0.0.1:{port}", folder, only)
    except NoChromium as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(file.stat().st_size for file in folder.rglob("*.webp"))
    print(f"{len(list(folder.rglob('*.webp')))} pictures in {folder}, {size / 1_000_000:.1f} MB.")
    return 0


def _take_all(browser: Any, site: str, folder: Path, only: str) -> None:
    from core.progress import track
    from tools.bench.neighborhood import session_of, settle_in
    from tools.screens.till_states import STATES

    people = settle_in()
    views = [view for view in (*VIEWS, *admin_views(people.admin_rows)) if only in view.name]
    rounds = [(mode, eyes) for mode in MODES for eyes in Eyes]
    for mode, eyes in track(rounds, label="pictures", total=len(rounds), unit=" rounds"):
        seen = [view for view in views if view.eyes is eyes and mode in _modes_of(view)]
        steps = [(route, step) for route, step in STEPS.items() if step.eyes is eyes and only in step.name]
        states = [name for name in STATES if eyes is Eyes.CASHIER and only in name]
        if not seen and not steps and not states:
            continue
        context = _dressed(browser, mode, site, session_of(people.users[eyes]) if eyes in people.users else "")
        for view in seen:
            _take(context, site + view.address.format(**people.rows), folder / view.name / f"{mode.name}.webp")
        for route, step in steps:
            _take_step(context, site, route, step, folder / step.name / f"{mode.name}.webp")
        if states:
            _take_till(context, site, people.users[Eyes.RESIDENT], folder, mode)
        context.close()


def _modes_of(view: View) -> Sequence[Mode]:
    """The desk is for wide screens, and in two ways alone; it has hundreds of pages."""
    if view.name == "look":
        return PARTS_MODES
    return DESK_MODES if view.route.startswith("admin/") else MODES


def _dressed(browser: Any, mode: Mode, site: str, session: str) -> Any:
    context = browser.new_context(
        viewport=DESKTOP if mode.wide else PHONE,
        device_scale_factor=1 if mode.wide else 2,
        color_scheme=mode.theme,
        locale="en-US" if mode.language == "en" else "zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    cookies = {"django_language": mode.language, "theme": mode.theme, "type": mode.type, "sessionid": session}
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items() if value])
    return context


def _take(context: Any, address: str, file: Path) -> None:
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    page.wait_for_function(SETTLED)
    _keep(page, file)
    page.close()


def _take_step(context: Any, site: str, route: str, step: Step, file: Path) -> None:
    page = context.new_page()
    page.goto(site + step.begins)
    for field, text in step.fields.items():
        page.fill(field, text)
    page.locator("form button.button--next").click()
    page.wait_for_url(f"**/{route}*")  # a page that carries what it shows has a query
    _keep(page, file)
    page.close()


def _take_till(context: Any, site: str, payer: User, folder: Path, mode: Mode) -> None:
    from tools.screens.till_states import walk_till

    page = context.new_page()
    walk_till(page, site, payer, lambda name: _keep(page, folder / name / f"{mode.name}.webp"))


def _keep(page: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})  # bars at the bottom stay at the bottom
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(file, "WEBP", quality=QUALITY, method=6)


if __name__ == "__main__":
    sys.exit(main())
