"""
Every page that people see, by the route of the URL configuration: who looks at it, and how its address is made.

Screenshots, the tests for reach and the tests for speed all walk this list, and a test compares it with the URL
configuration: a new page that is not declared here fails it. The admin's pages follow from its registry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver


class Eyes(Enum):
    """Who looks."""

    NOBODY = "nobody"  # not signed in
    NEWCOMER = "newcomer"  # signed in, linked to no bank
    EMPTY = "empty"  # a resident to whom nothing happened yet
    RESIDENT = "resident"
    NEW_TILL = "new-till"  # a cashier where nothing was taken yet
    CASHIER = "cashier"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page before somebody's eyes. The address may name rows: `{line}`, `{receipt}`, …; what is `{fresh…}` has no proof yet."""

    name: str
    route: str
    address: str
    eyes: Eyes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page that only the form of another one leads to: where that is, and what to fill in."""

    name: str
    eyes: Eyes
    begins: str
    fields: Mapping[str, str]


def _seen(route: str, name: str, *eyes: Eyes, address: str = "") -> list[View]:
    many = len(eyes) > 1
    return [View(name=f"{name}-{who.value}" if many else name, route=route, address=address or f"/{route}", eyes=who) for who in eyes]


ERRORS: Final = ("400", "403", "403_csrf", "429", "500")  # 404 is at hand wherever nothing is

VIEWS: Final[tuple[View, ...]] = (
    *_seen("", "home", Eyes.RESIDENT, Eyes.EMPTY, Eyes.NEWCOMER, Eyes.NOBODY),
    *_seen("code/", "code", Eyes.RESIDENT, Eyes.NEWCOMER, Eyes.NOBODY),
    *_seen("history/", "history", Eyes.RESIDENT, Eyes.EMPTY),
    *_seen("history/<uuid:transfer_id>/", "line-earned", Eyes.RESIDENT, address="/history/{earned}/"),
    *_seen("history/<uuid:transfer_id>/", "line-spent", Eyes.RESIDENT, address="/history/{line}/"),
    *_seen("history/<uuid:transfer_id>/proof/", "proof", Eyes.RESIDENT, address="/history/{earned}/proof/"),
    *_seen("history/<uuid:transfer_id>/proof/", "proof-waiting", Eyes.RESIDENT, address="/history/{fresh_line}/proof/"),
    *_seen("gift/", "gift", Eyes.RESIDENT, Eyes.EMPTY),
    *_seen("bank/", "bank", Eyes.NEWCOMER),
    *_seen("bank/", "bank-another", Eyes.RESIDENT),
    *_seen("settings/", "settings", Eyes.RESIDENT),
    *_seen("settings/", "settings-first", Eyes.EMPTY, Eyes.NEWCOMER),
    *_seen("offline/", "offline", Eyes.NOBODY),
    *_seen("sign-in/", "sign-in", Eyes.NOBODY),
    *_seen("sign-in/inactive/", "sign-in-inactive", Eyes.NOBODY),
    *_seen("sign-out/", "sign-out", Eyes.RESIDENT),
    *_seen("merchant/", "till", Eyes.CASHIER, Eyes.NEWCOMER),
    *_seen("merchant/today/", "till-today", Eyes.CASHIER, Eyes.NEW_TILL),
    *_seen("merchant/receipts/<str:number>/", "till-receipt", Eyes.CASHIER, address="/merchant/receipts/{receipt}/"),
    *_seen("merchant/receipts/<str:number>/", "till-receipt-undone", Eyes.CASHIER, address="/merchant/receipts/{undone}/"),
    *_seen("merchant/receipts/<str:number>/", "till-receipt-refunded", Eyes.CASHIER, address="/merchant/receipts/{refunded}/"),
    *_seen("merchant/receipts/<str:number>/proof/", "till-proof", Eyes.CASHIER, address="/merchant/receipts/{receipt}/proof/"),
    *_seen("merchant/receipts/<str:number>/proof/", "till-proof-waiting", Eyes.CASHIER, address="/merchant/receipts/{fresh}/proof/"),
    *_seen("merchant/statements/", "statements", Eyes.CASHIER, Eyes.NEW_TILL),
    *_seen("merchant/statements/<uuid:statement_id>/", "statement", Eyes.CASHIER, address="/merchant/statements/{statement}/"),
    *_seen("merchant/lines/<number:number>/", "statement-line", Eyes.CASHIER, address="/merchant/lines/{number}/"),
    *_seen("merchant/lines/<number:number>/proof/", "statement-line-proof", Eyes.CASHIER, address="/merchant/lines/{number}/proof/"),
    *_seen(
        "merchant/lines/<number:number>/proof/", "statement-line-waiting", Eyes.CASHIER, address="/merchant/lines/{fresh_number}/proof/"
    ),
    *_seen("merchant/settings/", "till-settings", Eyes.CASHIER),
    *_seen("merchant/offline/", "till-offline", Eyes.CASHIER),
    *_seen("dev/inbox/", "inbox", Eyes.NOBODY),
    *_seen("dev/look/", "look", Eyes.NOBODY),
    View(name="error-404", route="", address="/nothing/", eyes=Eyes.NOBODY),
    *(View(name=f"error-{name}", route="dev/error/<str:name>/", address=f"/dev/error/{name}/", eyes=Eyes.NOBODY) for name in ERRORS),
)
# What pages ask for as JSON, some of it every two seconds.
POLLS: Final[tuple[View, ...]] = (
    *_seen("resident/now", "poll-now", Eyes.RESIDENT),
    *_seen("resident/points", "poll-points", Eyes.RESIDENT),
    *_seen("resident/history", "poll-history", Eyes.RESIDENT),
    *_seen("merchant/today", "poll-today", Eyes.CASHIER),
    *_seen("merchant/receipts/<str:number>", "poll-receipt", Eyes.CASHIER, address="/merchant/receipts/{receipt}"),
    *_seen("merchant/redemptions/by-key/<str:key>", "poll-outcome", Eyes.CASHIER, address="/merchant/redemptions/by-key/kept"),
)
STEPS: Final[dict[str, Step]] = {
    "sign-in/code/": Step(name="sign-in-code", eyes=Eyes.NOBODY, begins="/sign-in/", fields={"#id_phone": "137 0000 0009"}),
    "gift/confirm/": Step(  # to the resident to whom nothing happened yet
        name="gift-confirm", eyes=Eyes.RESIDENT, begins="/gift/", fields={"#id_phone": "137 0000 0002", "#id_points": "1"}
    ),
}
NO_PAGES: Final = {
    "healthz",
    "readyz",
    "metrics",
    "i18n/setlang/",
    "look/",
    "sign-in/again/",
    "sign-in/sessions/end-others/",
    "sign-in/sessions/end/",
    "sign-in/who/",
    "sign-in/new/",
    "sign-in/demo/",
    "sign-in/done/",
    "merchant/outlet/",
    "manifest.webmanifest",
    "sw.js",
    "merchant/manifest.webmanifest",
    "merchant/sw.js",
    "dev/certificate/",
}
JSON_BELOW: Final = ("api/", "resident/")  # and what is below merchant/ without a slash at its end


def served() -> Iterator[str]:
    """Routes of pages, as the URL configuration has them; JSON and the admin's own left out."""
    for route in _routes(get_resolver()):
        json = route.startswith(JSON_BELOW) or (route.startswith("merchant/") and not route.endswith(("/", ".js", ".webmanifest")))
        if not json and not route.startswith("admin/"):
            yield route


def admin_views(rows: Mapping[str, object]) -> Iterator[View]:
    """The admin's front, and of each kind of row its list, its form where the staff may add one, and one row of `rows`."""
    yield View(name="desk", route="admin/", address="/admin/", eyes=Eyes.STAFF)
    yield View(name="desk-sign-in", route="admin/login/", address="/admin/login/", eyes=Eyes.NOBODY)
    yield View(name="desk-password", route="admin/password_change/", address="/admin/password_change/", eyes=Eyes.STAFF)
    yield View(name="desk-search", route="admin/search/", address="/admin/search/?s=a&extended=1", eyes=Eyes.STAFF)
    for model, page in admin.site._registry.items():  # noqa: SLF001 - no public way to the registered pages
        label = model._meta.label_lower  # noqa: SLF001 - documented, for all its underscore
        base = f"admin/{label.replace('.', '/')}/"
        name = f"desk-{label.replace('.', '-')}"
        yield View(name=name, route=base, address=f"/{base}", eyes=Eyes.STAFF)
        if getattr(page, "added_by", ()):
            yield View(name=f"{name}-add", route=f"{base}add/", address=f"/{base}add/", eyes=Eyes.STAFF)
        if label in rows:
            route = f"{base}<path:object_id>/change/"
            yield View(name=f"{name}-row", route=route, address=f"/{base}{rows[label]}/change/", eyes=Eyes.STAFF)


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for part in resolver.url_patterns:
        route = f"{prefix}{part.pattern}"
        if isinstance(part, URLPattern):
            yield route
        else:
            yield from _routes(part, route)
