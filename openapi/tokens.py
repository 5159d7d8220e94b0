"""Who calls: a bearer token of a client, and the scope a view asks for."""

from __future__ import annotations

import hashlib
from typing import Final

from oauth2_provider.models import AbstractAccessToken, get_access_token_model
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from openapi.errors import ScopeNeeded, TokenNeeded
from openapi.models import Client

BEARER: Final = b"bearer"


class BearerToken(BaseAuthentication):
    """
    The client behind the token in the `Authorization` header; one query, and nothing of the body is read for it.

    Tokens are kept as hashes alone, so the hash finds them.
    """

    def authenticate(self, request: Request) -> tuple[Client, AbstractAccessToken] | None:
        """
        The client and its token; None without a bearer token.

        :raises TokenNeeded: if the token is unknown or expired, or its client was shut out.
        """
        scheme, _space, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != BEARER:
            return None
        found = (
            get_access_token_model()
            .objects.select_related("application__bank__alliance")
            .filter(token_checksum=hashlib.sha256(token.strip()).hexdigest(), application__ended_at__isnull=True)
            .first()
        )
        if found is None or found.is_expired():
            raise TokenNeeded
        return found.application, found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's
        """What a request without a token is asked for."""
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The token carries the scope that the view names for the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """
        Whether it does.

        :raises TokenNeeded: if there is no token.
        :raises ScopeNeeded: if the token lacks the scope.
        """
        if request.auth is None:
            raise TokenNeeded
        scopes: dict[str, str] = getattr(view, "scopes", {})
        scope = scopes.get(request.method or "")
        token: AbstractAccessToken = request.auth
        if scope is not None and not token.allow_scopes([scope]):
            raise ScopeNeeded(scope=scope)
        return True
