"""Any other address of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import NotFound


@extend_schema(exclude=True)
class Nothing(APIView):
    """There is nothing at this address, whoever asks."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - the framework's
        """Answer before anything else is asked."""
        raise NotFound

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Never reached."""
        raise NotFound
