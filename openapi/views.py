"""What every view of the Open API inherits."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from openapi.models import Client
from openapi.tokens import BearerToken, HasScope


class PartnerView(APIView):
    """A view for clients with a token; `scopes` says which scope each method asks for."""

    authentication_classes = (BearerToken,)
    permission_classes = (HasScope,)
    scopes: ClassVar[dict[str, str]] = {}

    def client(self, request: Request) -> Client:
        """The calling client."""
        assert isinstance(request.user, Client), "a view without a token does not get this far"
        return request.user
