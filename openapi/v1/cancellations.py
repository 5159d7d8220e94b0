"""Cancellations: a bank's system takes back its word about an event, whole or a part of the amount."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.clock import now
from earning.cancellations import read_cancellation
from earning.services import cancel_event
from openapi.bodies import StrictJson
from openapi.scopes import EVENTS_WRITE
from openapi.v1.events import PROBLEMS
from openapi.v1.shapes import CancellationShape, CancelledShape, ProblemShape
from openapi.views import PartnerView

REFUSALS = {(status, "application/problem+json"): ProblemShape for status in (404, 409, 503)}


class CancellationList(PartnerView):
    """Cancellations of the calling bank's events."""

    parser_classes = (StrictJson,)
    scopes: ClassVar = {"POST": EVENTS_WRITE}

    @extend_schema(operation_id="cancel_event", request=CancellationShape, responses={200: CancelledShape, **PROBLEMS, **REFUSALS})
    def post(self, request: Request) -> Response:
        """
        Cancel an event, whole or a part of its amount.

        What the event gave too much is taken back from the resident; what was spent of it is owed, and the next points of
        the bank pay it. The same cancellation sent again answers as `duplicate` and moves nothing.
        """
        client, at = self.client(request), now()
        told = read_cancellation(request.data, at=at)
        done = cancel_event(bank=client.bank, cancellation=told, at=at, origin=f"client:{client.client_id}")
        return Response(
            {
                "id": told.cancellation_id,
                "event": told.event_id,
                "outcome": "duplicate" if done.again else "cancelled",
                "points": done.cancellation.points,
                "transfers": [str(taking.transfer_id) for taking in done.takings],
            }
        )
