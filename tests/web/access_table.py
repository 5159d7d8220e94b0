"""
Who gets what at which address: one table, walked by `test_access_matrix.py`. An address that is not here fails it.

A new address: add a line to `ADDRESSES` (its route as Django prints it → requests, each with one answer per role).
A new admin page: add a line to `ADMIN_PAGES` (and, in `access_world.py`, how a row of it comes to be, in East Bank's first branch).

Answers, one letter for each of `ROLES` in their order:
    Y  answered (2xx)
    B  let in; the body sent here is refused (400, 409, 415, 422)
    S  asked to sign in (401, or sent to a sign-in page)
    N  refused (403)
    0  there is no such thing (404, or the admin's "doesn't exist")
    G  sent on to another page
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ROLES: Final = (
    "nobody",
    "resident",
    "other_resident",
    "cashier",
    "other_cashier",
    "clerk",  # of East Bank's first branch, where all the rows belong
    "clerk_of_another_branch",
    "clerk_of_another_bank",
    "manager",
    "auditor",
    "operator",
    "partner",
)
STAFF: Final = ROLES[5:11]
ALL: Final = len(ROLES)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `path` may name rows of the world, as in `/merchant/receipts/{receipt}`."""

    method: str
    path: str
    answers: str
    json: bool = False


@dataclass(frozen=True, slots=True)
class AdminPage:
    """Answers for `STAFF` in their order; everyone else is asked to sign in. `row` is empty where the world has no row."""

    list: str
    row: str
    add: str = "NNNNNN"
    change: str = "NNNNNN"


ADMIN_PAGES: Final[dict[str, AdminPage]] = {
    "branches.alliance": AdminPage("YYYYYY", "YYYYYY"),
    "branches.bank": AdminPage("YYYYYY", "YY0YYY", add="NNNNNY"),
    "branches.branch": AdminPage("YYYYYY", "Y00YYY", add="NNNYNY"),
    "branches.neighborhood": AdminPage("YYYYYY", "Y00YYY", add="NNNYNY", change="NNNGNG"),
    "branches.staffrole": AdminPage("NNNYYY", "NNNYYY", add="NNNYNY"),
    "decisions.approval": AdminPage("YYYYYY", "Y00YYY"),
    "imports.fileimport": AdminPage("NNNYYY", "NNNYYY", add="NNNYNY"),
    "identity.user": AdminPage("NNNYYY", "NNNYYY", add="NNNNNY"),
    "merchants.merchant": AdminPage("YYYYYY", "Y00YYY", add="YYYYNY", change="G00GNG"),
    "merchants.outlet": AdminPage("YYYYYY", "Y00YYY", add="YYYYNY", change="G00GNG"),
    "merchants.cashier": AdminPage("YYYYYY", "Y00YYY", add="YYYYNY"),
    "residents.resident": AdminPage("YYYYYY", "Y00YYY"),
    "residents.banklink": AdminPage("YYYYYY", "Y00YYY"),
    "points.transfer": AdminPage("NNNYYY", "NNNYYY"),
    "earning.rule": AdminPage("YYYYYY", "YY0YYY", add="NNNYNY", change="NNNGNG"),
    "earning.ruleversion": AdminPage("YYYYYY", "YY0YYY", add="NNNYNY"),
    "earning.event": AdminPage("YYYYYY", "Y00YYY"),
    "earning.award": AdminPage("YYYYYY", "Y00YYY"),
    "earning.eventconflict": AdminPage("NNNYYY", "NNNYYY"),
    "openapi.client": AdminPage("NNNYYY", "NNNYYY", add="NNNYNY"),
    "redemptions.redemption": AdminPage("YYYYYY", "Y00YYY"),
    "redemptions.checkout": AdminPage("YYYYYY", "Y00YYY"),
    "redemptions.devicecredential": AdminPage("YYYYYY", "Y00YYY"),
    "settlements.businessday": AdminPage("YYYYYY", "YYYYYY"),
    "settlements.merchantstatement": AdminPage("YYYYYY", "Y00YYY"),
    "settlements.merchantline": AdminPage("YYYYYY", "Y00YYY"),
    "settlements.issuerstatement": AdminPage("NNNYYY", "NNNYYY"),
    "settlements.netpayment": AdminPage("NNNYYY", "NNNYYY"),
    "audit.securityevent": AdminPage("NNNNYY", "NNNNYY"),
}

ADMIN_ROUTES: Final = (
    ("", "list"),
    ("add/", "add"),
    ("<path:object_id>/change/", "row"),
    ("<path:object_id>/history/", "history"),
    ("<path:object_id>/delete/", "delete"),
    ("<path:object_id>/", "short"),
)

ADDRESSES: Final[dict[str, tuple[Request, ...]]] = {
    # anyone
    "healthz": (Request("GET", "/healthz", "YYYYYYYYYYYY"),),
    "readyz": (Request("GET", "/readyz", "YYYYYYYYYYYY"),),
    "metrics": (Request("GET", "/metrics", "YYYYYYYYYYYY"),),  # of an embedded system, to its own machine; tests/web/test_metrics.py
    "i18n/setlang/": (Request("POST", "/i18n/setlang/", "GGGGGGGGGGGG"),),
    "": (Request("GET", "/", "YYYYYYYYYYYY"),),
    "look/": (Request("POST", "/look/", "GGGGGGGGGGGG"),),
    "dev/look/": (Request("GET", "/dev/look/", "YYYYYYYYYYYY"),),
    "dev/error/<str:name>/": (
        Request("GET", "/dev/error/400/", "BBBBBBBBBBBB"),  # each is shown with its own status
        Request("GET", "/dev/error/403/", "NNNNNNNNNNNN"),
        Request("GET", "/dev/error/418/", "000000000000"),
    ),
    "dev/certificate/": (Request("GET", "/dev/certificate/", "000000000000"),),  # only where PHONE=1 made one
    "dev/inbox/": (Request("GET", "/dev/inbox/", "YYYYYYYYYYYY"),),
    "sign-in/": (Request("GET", "/sign-in/", "YGGGGGGGGGGY"),),
    "sign-in/code/": (Request("GET", "/sign-in/code/", "SGGGGGGGGGGS"),),
    "sign-in/again/": (Request("GET", "/sign-in/again/", "SSSSSSSSSSSS"),),
    "sign-in/new/": (Request("GET", "/sign-in/new/", "SSSSSSSSSSSS"),),
    "sign-in/done/": (Request("GET", "/sign-in/done/", "SGGGGGGGGGGS"),),
    "sign-in/demo/": (Request("POST", "/sign-in/demo/", "000000000000"), Request("GET", "/sign-in/demo/", "BBBBBBBBBBBB")),
    "sign-in/inactive/": (Request("GET", "/sign-in/inactive/", "YYYYYYYYYYYY"),),
    "sign-in/who/": (Request("GET", "/sign-in/who/", "YYYYYYYYYYYY"),),
    "sign-in/sessions/end/": (
        Request("POST", "/sign-in/sessions/end/", "S0000000000S"),
        Request("GET", "/sign-in/sessions/end/", "BBBBBBBBBBBB"),
    ),
    "sign-in/sessions/end-others/": (Request("GET", "/sign-in/sessions/end-others/", "BBBBBBBBBBBB"),),  # posted in test_sessions.py
    "sign-out/": (Request("GET", "/sign-out/", "GYYYYYYYYYYG"),),
    # residents
    "resident/links": (
        Request("POST", "/resident/links", "SBBBBBBBBBBS", json=True),
        Request("GET", "/resident/links", "BBBBBBBBBBBB"),
    ),
    "resident/points": (Request("GET", "/resident/points", "SYY00000000S"),),
    "resident/history": (Request("GET", "/resident/history", "SYY00000000S"),),
    "resident/devices": (Request("POST", "/resident/devices", "SYY00000000S", json=True),),
    "resident/codes": (Request("POST", "/resident/codes", "SYY00000000S", json=True),),
    "resident/now": (Request("GET", "/resident/now", "SYY00000000S"),),
    "code/": (Request("GET", "/code/", "YYYYYYYYYYYY"),),
    "offline/": (Request("GET", "/offline/", "YYYYYYYYYYYY"),),
    "sw.js": (Request("GET", "/sw.js", "YYYYYYYYYYYY"),),
    "manifest.webmanifest": (Request("GET", "/manifest.webmanifest", "YYYYYYYYYYYY"),),
    "history/": (Request("GET", "/history/", "SYYGGGGGGGGS"),),
    "history/<uuid:transfer_id>/proof/": (Request("GET", "/history/{transfer}/proof/", "SY0GGGGGGGGS"),),
    "history/<uuid:transfer_id>/": (Request("GET", "/history/{transfer}/", "SY0GGGGGGGGS"),),  # Mei's
    "gift/": (Request("GET", "/gift/", "SYYGGGGGGGGS"), Request("POST", "/gift/", "SBBGGGGGGGGS")),
    "gift/confirm/": (Request("GET", "/gift/confirm/", "SGGGGGGGGGGS"), Request("POST", "/gift/confirm/", "SGGGGGGGGGGS")),
    "bank/": (Request("GET", "/bank/", "SYYYYYYYYYYS"), Request("POST", "/bank/", "SBBBBBBBBBBS")),
    "settings/": (Request("GET", "/settings/", "SYYYYYYYYYYS"),),
    # tills; the receipt is Bakery's
    "merchant/checkouts": (Request("POST", "/merchant/checkouts", "SNNBBNNNNNNS", json=True),),
    "merchant/redemptions": (Request("POST", "/merchant/redemptions", "SNNBBNNNNNNS", json=True),),
    "merchant/redemptions/by-key/<str:key>": (Request("GET", "/merchant/redemptions/by-key/s10", "SNNY0NNNNNNS"),),
    "merchant/redemptions/<str:number>/undo": (Request("POST", "/merchant/redemptions/{receipt}/undo", "SNNBBNNNNNNS", json=True),),
    "merchant/redemptions/<str:number>/refunds": (Request("POST", "/merchant/redemptions/{receipt}/refunds", "SNNBBNNNNNNS", json=True),),
    "merchant/receipts/<str:number>": (Request("GET", "/merchant/receipts/{receipt}", "SNNY0NNNNNNS"),),
    "merchant/today": (Request("GET", "/merchant/today", "SNNYYNNNNNNS"),),
    "merchant/": (Request("GET", "/merchant/", "SNNYYNNNNNNS"),),
    "merchant/today/": (Request("GET", "/merchant/today/", "SNNYYNNNNNNS"),),
    "merchant/receipts/<str:number>/": (Request("GET", "/merchant/receipts/{receipt}/", "SNNY0NNNNNNS"),),
    "merchant/statements/": (Request("GET", "/merchant/statements/", "SNNYYNNNNNNS"),),
    "merchant/statements/<uuid:statement_id>/": (
        Request("GET", "/merchant/statements/{settlements.merchantstatement}/", "SNNY0NNNNNNS"),  # Bakery's
    ),
    "merchant/lines/<number:number>/proof/": (Request("GET", "/merchant/lines/{settlements.merchantline}/proof/", "SNNY0NNNNNNS"),),
    "merchant/receipts/<str:number>/proof/": (Request("GET", "/merchant/receipts/{receipt}/proof/", "SNNY0NNNNNNS"),),
    "merchant/lines/<number:number>/": (Request("GET", "/merchant/lines/{settlements.merchantline}/", "SNNY0NNNNNNS"),),  # Bakery's
    "merchant/settings/": (Request("GET", "/merchant/settings/", "SNNYYNNNNNNS"),),
    "merchant/outlet/": (
        Request("POST", "/merchant/outlet/", "S0000000000S"),
        Request("GET", "/merchant/outlet/", "BBBBBBBBBBBB"),
    ),
    "merchant/offline/": (Request("GET", "/merchant/offline/", "YYYYYYYYYYYY"),),
    "merchant/manifest.webmanifest": (Request("GET", "/merchant/manifest.webmanifest", "YYYYYYYYYYYY"),),
    "merchant/sw.js": (Request("GET", "/merchant/sw.js", "YYYYYYYYYYYY"),),
    # partner systems
    "api/oauth/token": (Request("POST", "/api/oauth/token", "BBBBBBBBBBBB"),),
    "api/v1/events": (Request("POST", "/api/v1/events", "SSSSSSSSSSSB", json=True),),
    "api/v1/events/<path:event_id>": (Request("GET", "/api/v1/events/unknown", "SSSSSSSSSSS0"),),
    "api/v1/cancellations": (Request("POST", "/api/v1/cancellations", "SSSSSSSSSSSB", json=True),),
    "api/v1/log/checkpoint": (Request("GET", "/api/v1/log/checkpoint", "000000000000"),),  # for everyone; nothing is signed here
    "api/v1/log/checkpoint/<number:size>": (Request("GET", "/api/v1/log/checkpoint/1", "000000000000"),),
    "api/v1/log/checkpoint/over/<number:number>": (Request("GET", "/api/v1/log/checkpoint/over/1", "000000000000"),),
    "api/v1/log/proof/inclusion": (
        Request("GET", "/api/v1/log/proof/inclusion", "BBBBBBBBBBBB"),
        Request("GET", "/api/v1/log/proof/inclusion?number=1&size=1", "YYYYYYYYYYYY"),
    ),
    "api/v1/log/proof/consistency": (
        Request("GET", "/api/v1/log/proof/consistency", "BBBBBBBBBBBB"),
        Request("GET", "/api/v1/log/proof/consistency?from=1&to=1", "YYYYYYYYYYYY"),
    ),
    "api/v1/log/tile/<number:level>/<tile_place:place>": (Request("GET", "/api/v1/log/tile/0/000.p/1", "YYYYYYYYYYYY"),),
    "api/v1/log/keys": (Request("GET", "/api/v1/log/keys", "YYYYYYYYYYYY"),),
    "api/v1/log/cosignatures": (Request("POST", "/api/v1/log/cosignatures", "BBBBBBBBBBBB", json=True),),
    "api/v1/log/leaves": (Request("GET", "/api/v1/log/leaves", "SSSSSSSSSSS0"),),
    "api/": (Request("GET", "/api/nothing", "000000000000"),),
    # the admin's own pages
    "admin/": (Request("GET", "/admin/", "SSSSSYYYYYYS"),),
    "admin/login/": (Request("GET", "/admin/login/", "YYYYYGGGGGGY"),),
    "admin/logout/": (Request("GET", "/admin/logout/", "GGGGGBBBBBBG"),),
    "admin/password_change/": (Request("GET", "/admin/password_change/", "SSSSSYYYYYYS"),),
    "admin/password_change/done/": (Request("GET", "/admin/password_change/done/", "SSSSSYYYYYYS"),),
    "admin/search/": (Request("GET", "/admin/search/?s=Mei", "SSSSSYYYYYYS"),),
    "admin/jsi18n/": (Request("GET", "/admin/jsi18n/", "SSSSSYYYYYYS"),),
    "admin/autocomplete/": (
        Request("GET", "/admin/autocomplete/?app_label=residents&model_name=banklink&field_name=resident&term=Mei", "SSSSSYYYYYYS"),
    ),
    "admin/r/<path:content_type_id>/<path:object_id>/": (Request("GET", "/admin/r/1/1/", "SSSSS000000S"),),
    "admin/^(?P<app_label>": (Request("GET", "/admin/residents/", "SSSSSYYYYYYS"),),
    "admin/(?P<url>.*)$": (Request("GET", "/admin/nothing/at/all/", "SSSSS000000S"),),
    "admin/imports/fileimport/<uuid:import_id>/errors.csv": (
        Request("GET", "/admin/imports/fileimport/{imports.fileimport}/errors.csv", "SSSSS000YYYS"),
    ),
    "admin/branches/bank/<path:object_id>/terms/": (Request("GET", "/admin/branches/bank/{branches.bank}/terms/", "SSSSSNNNYNYS"),),
    "admin/branches/bank/<path:object_id>/cap/": (Request("GET", "/admin/branches/bank/{branches.bank}/cap/", "SSSSSNNNYNYS"),),
    "admin/branches/bank/<path:object_id>/customers/": (Request("GET", "/admin/branches/bank/{branches.bank}/customers/", "SSSSSNNNYNYS"),),
    "admin/branches/bank/<path:object_id>/suspend/": (Request("GET", "/admin/branches/bank/{branches.bank}/suspend/", "SSSSSNNNNNYS"),),
    "admin/branches/bank/<path:object_id>/lift/": (Request("GET", "/admin/branches/bank/{branches.bank}/lift/", "SSSSSNNNNNYS"),),
    "admin/residents/resident/<path:object_id>/freeze/": (
        Request("GET", "/admin/residents/resident/{residents.resident}/freeze/", "SSSSSY00YNNS"),
    ),
    "admin/residents/resident/<path:object_id>/unfreeze/": (
        Request("GET", "/admin/residents/resident/{residents.resident}/unfreeze/", "SSSSSY00YNNS"),
    ),
    "admin/residents/resident/<path:object_id>/adjust/": (
        Request("GET", "/admin/residents/resident/{residents.resident}/adjust/", "SSSSSY00YNNS"),
    ),
    "admin/settlements/businessday/<str:day>/<slug:name>.csv": (
        Request("GET", "/admin/settlements/businessday/2026-03-20/merchants.csv", "SSSSSYYYYYYS"),
        Request("GET", "/admin/settlements/businessday/2026-03-20/nothing.csv", "SSSSS000000S"),
    ),
    "admin/settlements/merchantstatement/<uuid:statement_id>/lines.csv": (
        Request("GET", "/admin/settlements/merchantstatement/{settlements.merchantstatement}/lines.csv", "SSSSSY00YYYS"),
    ),
}
