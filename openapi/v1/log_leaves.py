"""A bank's own leaves of the sealed log, opened to it alone, as many as there are."""

from __future__ import annotations

from typing import ClassVar, Final

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import now
from core.errors import NotFound
from openapi.errors import FieldWrong
from openapi.scopes import LOG_READ
from openapi.v1.log import WHOLE_NUMBER
from openapi.v1.shapes import ProblemShape
from openapi.views import PartnerView
from points.log.checkpoints import latest_checkpoint
from points.log.exports import export_lines

MEDIA_TYPE: Final = "application/x-ndjson"


class Leaves(PartnerView):
    """Leaves with a part of the calling bank."""

    scopes: ClassVar = {"GET": LOG_READ}

    @extend_schema(
        operation_id="get_leaves",
        parameters=[OpenApiParameter("after", int, description="The last number that the bank has; 0 for all.")],
        responses={
            (200, MEDIA_TYPE): OpenApiTypes.STR,
            **{(status, "application/problem+json"): ProblemShape for status in (400, 401, 403, 404)},
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse | Response:
        """
        Read the bank's own leaves, one JSON object a line, up to the newest checkpoint.

        The first line names the checkpoint, the last one says how many leaves came; without it the stream was cut.
        `verify_books.py export` checks the file.
        """
        after = request.query_params.get("after", "0")
        if not WHOLE_NUMBER.fullmatch(after):
            raise FieldWrong(field="after")
        checkpoint = latest_checkpoint()
        if checkpoint is None:
            raise NotFound
        client = self.client(request)
        record_security_event(
            SecurityEventKind.EXPORT_DOWNLOADED,
            at=now(),
            actor_id=None,
            about=client,
            details={"after": int(after), "upto": checkpoint.size},
        )
        lines = export_lines(issuer=client.bank.issuer_id, after=int(after), checkpoint=checkpoint)
        return StreamingHttpResponse(lines, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
