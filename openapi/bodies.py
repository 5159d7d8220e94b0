"""Read a request's JSON body strictly, and never more of it than allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, Final, NoReturn

from django.http import HttpRequest
from rest_framework.parsers import BaseParser

from core.limits import EVENT_BODY_BYTES
from openapi.errors import BodyTooLarge, EncodingWrong, LengthNeeded, NotJson

ONE: Final = "HTTP/1"
WITH_A_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
CONTENT_LENGTH: Final = re.compile("[0-9]{1,18}")


def refuse_unreadable(request: HttpRequest) -> None:
    """
    Refuse a body that we would take for none: one without a length in front, and one that was packed.

    :raises LengthNeeded: if it comes in chunks, or nothing says how long it is.
    :raises EncodingWrong: if it is packed.
    """
    if request.method not in WITH_A_BODY:
        return
    without_end = not request.META.get("SERVER_PROTOCOL", ONE).startswith(ONE)  # a body of HTTP/2 may come with nothing in front
    if "HTTP_TRANSFER_ENCODING" in request.META or (without_end and not request.META.get("CONTENT_LENGTH")):
        raise LengthNeeded
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise EncodingWrong


class StrictJson(BaseParser):
    """JSON in UTF-8 within the limit; no field twice, no NaN; fractions as `Decimal`."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - the framework's
        """
        The value of the body. A body that says it is too large is not read at all.

        :raises BodyTooLarge: if it has more bytes than allowed.
        :raises NotJson: if it can't be read.
        """
        assert parser_context is not None, "the framework passes the request along"
        said = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if not CONTENT_LENGTH.fullmatch(said) or int(said) > EVENT_BODY_BYTES:
            raise BodyTooLarge(most=EVENT_BODY_BYTES)
        body: bytes = stream.read(EVENT_BODY_BYTES + 1)
        if len(body) > EVENT_BODY_BYTES:
            raise BodyTooLarge(most=EVENT_BODY_BYTES)
        return read_json(body)


class CloudEventJson(StrictJson):
    """One event, structured mode."""

    media_type = "application/cloudevents+json"


class CloudEventsBatchJson(StrictJson):
    """A batch of events."""

    media_type = "application/cloudevents-batch+json"


def read_json(body: bytes) -> Any:
    """
    The JSON value.

    :raises NotJson: if there is none.
    """
    try:
        return json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, ArithmeticError, RecursionError):  # ValueError: also a number of too many digits
        raise NotJson from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields
