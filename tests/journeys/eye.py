"""What keeps people out of a page: all rules of axe, an eye for what overflows, in every look, and what lies below the fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import axe_playwright_python
from playwright.sync_api import Page

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
NARROW: Final = {"width": 320, "height": 640}
SMALL: Final = {"width": 360, "height": 640}  # the smallest phone on which everything to press is in sight at once
ZOOMED: Final = {"width": 640, "height": 400}  # a screen 1280 wide, at 200 %
LOOKS: Final = [(theme, type_) for theme in ("light", "dark") for type_ in ("normal", "large")]
# Overflow is looked for in every look. Axe takes long: of its looks, two for each language, chosen so that every theme and every
# size of type is seen in both languages, and every theme in both sizes.
BY_AXE: Final = {"en": ["light normal", "dark large"], "zh-hans": ["light large", "dark normal"]}
# A page that a button led to has no element at first, is drawn before its scripts have run, and says then that they may be missing.
SETTLED: Final = """() => document.documentElement?.dataset.ready !== undefined
    && (!document.querySelector("[aria-busy=true]") || location.pathname === "/dev/look/")"""

# The look is two attributes of the page: js/look.js sets them from the same cookies before the first paint.
LOOK: Final = """async ([looks, byAxe]) => {
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
        if (!byAxe.includes(`${theme} ${type}`)) continue;
        for (const { id, nodes } of (await axe.run(document, { resultTypes: ["violations"], elementRef: false })).violations) {
            for (const node of nodes) say(`${id}: ${node.html.slice(0, 90)} ${node.failureSummary.slice(0, 200)}`);
        }
    }
    for (const [at, name] of ["theme", "type"].entries()) {
        if (before[at] === undefined) delete root.dataset[name]; else root.dataset[name] = before[at];
    }
    return told;
}"""
# What a page is there for: its one vermilion button, the keys and ways of a till, the sizes of type, what gives points back.
PRESSED: Final = """main .button--next, .keypad__key, .till__others .button, .till__thought .button,
    #give-back:not([hidden]) [type=submit], [data-give], main [name=type].choice__one, [data-part=canvas], dialog[open] .button"""
BELOW: Final = """([pressed, types]) => {
    const root = document.documentElement;
    const before = root.dataset.type;
    const told = [];
    for (const type of types) {
        if (type === "large") root.dataset.type = type; else delete root.dataset.type;
        scrollTo(0, 0);
        const dialog = document.querySelector("dialog[open]");
        for (const element of (dialog ?? document).querySelectorAll(pressed)) {
            if (!element.checkVisibility() || location.pathname === "/dev/look/") continue;
            const { left, right, top, bottom } = element.getBoundingClientRect();
            const seen = [top + 1, (top + bottom) / 2, bottom - 1].map((y) => document.elementFromPoint((left + right) / 2, y));
            if (seen.every((one) => one && element.contains(one))) continue;
            told.push(`${type}: below the fold (${Math.round(bottom)}) or covered: ${element.outerHTML.slice(0, 90)}`);
        }
    }
    if (before === undefined) delete root.dataset.type; else root.dataset.type = before;
    return told;
}"""


def look_at(page: Page) -> list[str]:
    """What axe and the eye for overflow say of a page in light and dark, normal and large type; it is narrow, then at 200 %."""
    return look_below_the_fold(page) + _look_at(page, by_axe=BY_AXE)


def look_below_the_fold(page: Page) -> list[str]:
    """What is there to be pressed, and isn't in sight before anybody scrolls, on a small phone in normal and large type."""
    page.wait_for_function(SETTLED)
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]  # playwright's own name for such a dictionary
    told: list[str] = page.evaluate(BELOW, [PRESSED, ["normal", "large"]])
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    return told


def look_for_overflow(page: Page) -> list[str]:
    """The same without axe, for what is only about the width of words."""
    return _look_at(page, by_axe={"en": [], "zh-hans": []})


def _look_at(page: Page, *, by_axe: Mapping[str, Sequence[str]]) -> list[str]:
    page.wait_for_function(SETTLED)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    page.evaluate(AXE)
    language = page.evaluate("document.documentElement.lang.toLowerCase()")
    told: list[str] = page.evaluate(LOOK, [LOOKS, by_axe[language]])
    page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]  # playwright's own name for such a dictionary
    told += page.evaluate(LOOK, [LOOKS, []])
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    return told
