"""
The sealed log, for everyone: checkpoints, proofs, tiles. Hashes and signatures alone; what they stand for isn't shown here.

What can't change any more may be kept for ever. Paths of tiles are those of C2SP's tlog-tiles, so that its tools find them.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.clock import now
from core.errors import NotFound
from openapi.bodies import StrictJson
from openapi.errors import FieldWrong
from openapi.v1.log_shapes import ConsistencyShape, CosignatureShape, InclusionShape, KeysShape
from openapi.v1.shapes import ProblemShape
from openapi.views import BodyView
from points.log.checkpoints import Checkpoint, checkpoint_of, checkpoint_over, cosign, latest_checkpoint, log_keys, witness_keys
from points.log.notes import encode
from points.log.proofs import prove_consistency, prove_inclusion, tile
from points.log.tree import TILE_WIDTH

FOR_EVER: Final = "public, max-age=31536000, immutable"
FOR_SECONDS: Final = "public, max-age=2"
TEXT: Final = "text/plain; charset=utf-8"
WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,18}")
ABSENT = {(404, "application/problem+json"): ProblemShape}
NOTE = {(200, "text/plain"): OpenApiTypes.STR}
Answer = TypeVar("Answer", bound=HttpResponseBase)


class PublicView(BodyView):
    """A view that asks nobody who they are."""

    authentication_classes = ()
    permission_classes = ()


class LatestCheckpoint(PublicView):
    """The log's newest checkpoint."""

    @extend_schema(operation_id="get_checkpoint", responses={**NOTE, **ABSENT})
    def get(self, request: Request) -> HttpResponse:  # noqa: ARG002 - the framework's
        """Read the newest checkpoint (C2SP tlog-checkpoint) with the cosignatures that it has by now."""
        checkpoint = latest_checkpoint()
        if checkpoint is None:
            raise NotFound
        return _note(checkpoint)


class CheckpointOfSize(PublicView):
    """The checkpoint of one size."""

    @extend_schema(
        operation_id="get_checkpoint_of_size",
        parameters=[OpenApiParameter("size", int, OpenApiParameter.PATH)],
        responses={**NOTE, **ABSENT},
    )
    def get(self, request: Request, size: int) -> HttpResponse:  # noqa: ARG002
        """Read the checkpoint of exactly this many leaves. Its text never changes; cosignatures may join it."""
        return _note(checkpoint_of(size=size))


class CheckpointOver(PublicView):
    """The checkpoint to prove a number with."""

    @extend_schema(
        operation_id="get_checkpoint_over",
        parameters=[OpenApiParameter("number", int, OpenApiParameter.PATH)],
        responses={**NOTE, **ABSENT},
    )
    def get(self, request: Request, number: int) -> HttpResponse:  # noqa: ARG002
        """Read the first checkpoint over a number that has all cosignatures asked for; while there is none, the first one over it."""
        checkpoint = checkpoint_over(number=number)
        if checkpoint is None:
            raise NotFound
        return _note(checkpoint)


class InclusionProof(PublicView):
    """A number's place in a tree."""

    @extend_schema(
        operation_id="prove_inclusion",
        parameters=[OpenApiParameter("number", int, required=True), OpenApiParameter("size", int, required=True)],
        responses={200: InclusionShape, (400, "application/problem+json"): ProblemShape, **ABSENT},
    )
    def get(self, request: Request) -> Response:
        """Prove that the leaf of a number is in the tree of this size."""
        number, size = _asked(request, "number"), _asked(request, "size")
        hashes = prove_inclusion(number=number, size=size)
        return _for_ever(Response({"number": number, "size": size, "hashes": [encode(each) for each in hashes]}))


class ConsistencyProof(PublicView):
    """Nothing before was rewritten."""

    @extend_schema(
        operation_id="prove_consistency",
        parameters=[OpenApiParameter("from", int, required=True), OpenApiParameter("to", int, required=True)],
        responses={200: ConsistencyShape, (400, "application/problem+json"): ProblemShape, **ABSENT},
    )
    def get(self, request: Request) -> Response:
        """Prove that the tree of one size begins with the tree of a smaller one."""
        old, new = _asked(request, "from"), _asked(request, "to")
        hashes = prove_consistency(old=old, new=new)
        return _for_ever(Response({"old": old, "new": new, "hashes": [encode(each) for each in hashes]}))


class TileOfHashes(PublicView):
    """Up to 256 hashes of one level of the tree."""

    @extend_schema(
        operation_id="get_tile",
        parameters=[
            OpenApiParameter("level", int, OpenApiParameter.PATH),
            OpenApiParameter("place", str, OpenApiParameter.PATH, description="`x001/x234/067`, with `.p/<width>` if it isn't full."),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **ABSENT},
    )
    def get(self, request: Request, level: int, place: str) -> HttpResponse:  # noqa: ARG002
        """Read a tile (C2SP tlog-tiles). Level 0 holds the hashes of the leaves."""
        index, _dot, width = place.partition(".p/")
        hashes = tile(level=level, index=int(re.sub(r"[x/]", "", index)), width=int(width or TILE_WIDTH))
        return _for_ever(HttpResponse(hashes, content_type="application/octet-stream"))


class Keys(PublicView):
    """Whose signatures to expect."""

    @extend_schema(operation_id="get_log_keys", responses={200: KeysShape})
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Read the public keys of the log, of now and of before, and of its witnesses."""
        body = {
            "origin": settings.LOG_ORIGIN,
            "keys": [str(key) for key in log_keys()],
            "witnesses": [str(key) for key in witness_keys()],
            "quorum": settings.LOG_QUORUM,
        }
        return Response(body)


class Cosignatures(PublicView):
    """Where witnesses bring what they signed. The signature says who it is."""

    parser_classes = (StrictJson,)

    @extend_schema(
        operation_id="cosign",
        request=CosignatureShape,
        responses={**NOTE, (400, "application/problem+json"): ProblemShape, (403, "application/problem+json"): ProblemShape, **ABSENT},
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a witness's cosignature to a checkpoint. The same one again changes nothing."""
        shape = CosignatureShape(data=request.data)
        if not shape.is_valid():
            raise FieldWrong(field=next(iter(shape.errors)))
        size, line = shape.validated_data["size"], shape.validated_data["line"]
        return _note(cosign(size=size, line=line, at=now()))


def _note(checkpoint: Checkpoint) -> HttpResponse:
    return HttpResponse(checkpoint.full_note, content_type=TEXT, headers={"Cache-Control": FOR_SECONDS})


def _for_ever(answer: Answer) -> Answer:
    answer["Cache-Control"] = FOR_EVER
    return answer


def _asked(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not WHOLE_NUMBER.fullmatch(text):
        raise FieldWrong(field=name)
    return int(text)
