"""How the Open API's document names our way of signing in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from openapi.scopes import SCOPES


class BearerTokenDocument(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library's metaclass
    """OAuth 2, client credentials."""

    target_class = "openapi.tokens.BearerToken"
    name = "client_credentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002 - the library's
        """The flow, where tokens come from, and the scopes."""
        scopes = {scope: str(about) for scope, about in SCOPES.items()}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/api/oauth/token", "scopes": scopes}}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """The scope of the view's method."""
        scope = getattr(auto_schema.view, "scopes", {}).get(auto_schema.method.upper())
        return {self.name: [scope] if scope else []}


def of_the_open_api(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Only what lies under `/api/` is for partner systems."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/")]
