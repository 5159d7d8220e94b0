"""Settings of the Open API's libraries, as plain values."""

from __future__ import annotations

from typing import Any, Final

CLIENT_MODEL: Final = "openapi.Client"
TOKENS: Final[dict[str, Any]] = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 15 * 60,
    "SCOPES_BACKEND_CLASS": "openapi.scopes.ClientScopes",
    "OAUTH2_VALIDATOR_CLASS": "openapi.signing_in.ClientValidator",
    "CLIENT_SECRET_HASHER": "keyed_sha256",
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
VIEWS: Final[dict[str, Any]] = {
    # a view says who may call it; one that says nothing lets nobody in
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["openapi.bodies.StrictJson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "openapi.problems.answer_problem",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
DOCUMENT: Final[dict[str, Any]] = {
    "TITLE": "Community points",
    "VERSION": "1",
    "DESCRIPTION": "For the systems of member banks: send events, and see what became of them.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "PREPROCESSING_HOOKS": ["openapi.document.of_the_open_api"],
    "ENUM_NAME_OVERRIDES": {
        "EventAnswer": "earning.choices.EventAnswer",
        "EventStatus": "earning.choices.EventStatus",
        "Cap": "earning.choices.Cap",
    },
}
