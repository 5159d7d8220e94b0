"""What every view of the Open API inherits."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from openapi.bodies import refuse_unreadable
from openapi.models import Client
from openapi.tokens import BearerToken, HasScope


class BodyView(APIView):
    """A view that refuses a body it would take for none."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at who calls first, then at what was sent."""
        super().initial(request, *args, **kwargs)
        refuse_unreadable(request._request)  # noqa: SLF001 - the request of Django, which the framework wraps


class PartnerView(BodyView):
    """A view for clients with a token; `scopes` says which scope each method asks for."""

    authentication_classes = (BearerToken,)
    permission_classes = (HasScope,)
    scopes: ClassVar[dict[str, str]] = {}

    def client(self, request: Request) -> Client:
        """The calling client."""
        assert isinstance(request.user, Client), "a view without a token does not get this far"
        return request.user
