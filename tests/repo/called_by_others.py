"""What no code of ours calls, in groups with a reason each; a name may have `*` in it. The test says which are no longer needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CALLED_BY_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Django finds an app's configuration by itself": ("*Config",),
    "Django calls the methods of a form, a model, a middleware, a router, a path converter and a session store": (
        "clean_phone",
        "form_valid",
        "validate_constraints",
        "process_exception",
        "allow_migrate",
        "to_url",
        "_get_session_auth_hash",
        "_get_session_from_db",
    ),
    "the admin site calls the methods of its pages": (
        "get_readonly_fields",
        "get_inlines",
        "get_changelist",
        "url_for_result",
        "save_model",
        "has_*_permission",
    ),
    "allauth calls its adapter": ("get_client_ip", "pre_login", "is_open_for_signup", "get_phone", "set_phone"),
    "the REST framework, OAuth and the schema call what they were given": (
        "authenticate",
        "authenticate_header",
        "authenticate_client",
        "has_permission",
        "is_usable",
        "get_all_scopes",
        "get_default_scopes",
        "BearerTokenDocument",
        "get_security_*",
    ),
    "Django asks a hasher of passwords for both": ("safe_summary", "harden_runtime"),
    "SQL functions write and read these tables; a model makes the table": ("MerchantParty", "Refusal", "CheckedTotal", "Salt", "Tile"),
    "the only way to fetch a row for an actor, held by tests of who sees what": (
        "bank_for",
        "branch_for",
        "approval_for",
        "user_for",
        "merchant_for",
        "redemption_for",
        "resident_for",
        "link_for",
    ),
    "only tests call it, to look at the ledger and at awards": ("close_merchant", "sealed_redemptions", "why_transfer"),
    "the edge for whole numbers (ADR 29), which no interface asks yet": ("whole_number",),
}
