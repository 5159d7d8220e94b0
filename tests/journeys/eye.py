"""What keeps people out of a page: all rules of axe, and an eye for what overflows, in every look of one load of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import axe_playwright_python
from playwright.sync_api import Page

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
NARROW: Final = {"width": 320, "height": 640}
ZOOMED: Final = {"width": 640, "height": 400}  # a screen 1280 wide, at 200 %
LOOKS: Final = [(theme, type_) for theme in ("light", "dark") for type_ in ("normal", "large")]
SETTLED: Final = "() => !document.querySelector('[aria-busy=true]') || location.pathname === '/dev/look/'"

# The look is two attributes of the page: js/look.js sets them from the same cookies before the first paint.
LOOK: Final = """async ([looks, rules]) => {
    const root = document.documentElement;
    const before = [root.dataset.theme, root.dataset.type];
    const told = [];
    for (const [theme, type] of looks) {
        root.dataset.theme = theme;
        if (type === "large") root.dataset.type = type; else delete root.dataset.type;
        const say = (words) => told.push(`${theme} ${type} ${innerWidth}: ${words}`);
        for (const element of document.querySelectorAll("body *")) {
            if (element.getBoundingClientRect().right <= innerWidth + 1 || getComputedStyle(element).position === "absolute") continue;
            say(`overflows: ${element.outerHTML.slice(0, 80)}`);
        }
        if (!rules) continue;
        for (const { id, nodes } of (await axe.run(document, { resultTypes: ["violations"], elementRef: false })).violations) {
            for (const node of nodes) say(`${id}: ${node.html.slice(0, 90)} ${node.failureSummary.slice(0, 200)}`);
        }
    }
    for (const [at, name] of ["theme", "type"].entries()) {
        if (before[at] === undefined) delete root.dataset[name]; else root.dataset[name] = before[at];
    }
    return told;
}"""


def look_at(page: Page) -> list[str]:
    """What axe and the eye for overflow say of a page in light and dark, normal and large type; it is narrow, then at 200 %."""
    page.wait_for_function(SETTLED)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    page.evaluate(AXE)
    told: list[str] = page.evaluate(LOOK, [LOOKS, True])
    page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]  # playwright's own name for such a dictionary
    told += page.evaluate(LOOK, [LOOKS, False])
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    return told
