"""Addresses of the Open API, under `/api/`."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path, register_converter
from django.urls.converters import StringConverter

import core.paths  # noqa: F401 - numbers in addresses
from openapi.token_endpoint import Tokens
from openapi.v1.cancellations import CancellationList
from openapi.v1.events import EventDetail, EventList
from openapi.v1.log import (
    CheckpointOfSize,
    CheckpointOver,
    ConsistencyProof,
    Cosignatures,
    InclusionProof,
    Keys,
    LatestCheckpoint,
    TileOfHashes,
)
from openapi.v1.log_leaves import Leaves
from openapi.v1.nothing import Nothing


class TilePlaceConverter(StringConverter):
    """A tile's place as C2SP writes it: `067`, `x001/x234/067`, with `.p/17` behind if only 17 hashes are wanted."""

    regex = r"(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/[0-9]{1,3})?"


register_converter(TilePlaceConverter, "tile_place")
app_name = "openapi"
urlpatterns: list[URLPattern] = [
    path("oauth/token", Tokens.as_view(), name="token"),
    path("v1/events", EventList.as_view(), name="events"),
    path("v1/events/<path:event_id>", EventDetail.as_view(), name="event"),
    path("v1/cancellations", CancellationList.as_view(), name="cancellations"),
    path("v1/log/checkpoint", LatestCheckpoint.as_view(), name="checkpoint"),
    path("v1/log/checkpoint/<number:size>", CheckpointOfSize.as_view(), name="checkpoint-of-size"),
    path("v1/log/checkpoint/over/<number:number>", CheckpointOver.as_view(), name="checkpoint-over"),
    path("v1/log/proof/inclusion", InclusionProof.as_view(), name="inclusion-proof"),
    path("v1/log/proof/consistency", ConsistencyProof.as_view(), name="consistency-proof"),
    path("v1/log/tile/<number:level>/<tile_place:place>", TileOfHashes.as_view(), name="tile"),
    path("v1/log/keys", Keys.as_view(), name="log-keys"),
    path("v1/log/cosignatures", Cosignatures.as_view(), name="cosignatures"),
    path("v1/log/leaves", Leaves.as_view(), name="leaves"),
    re_path(r"", Nothing.as_view(), name="nothing"),
]
