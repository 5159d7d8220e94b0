"""Events: sent by a bank's system, one or up to a thousand at a time; and what became of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.clock import now
from core.errors import DomainError
from core.limits import EVENTS_PER_REQUEST
from core.problems import problem_body
from earning.explanations import Reason
from earning.queries import stored_event, taken_back, why
from earning.services import EventOutcome, take_events
from openapi.bodies import CloudEventJson, CloudEventsBatchJson, StrictJson
from openapi.errors import NoEvents, NotAnEventOrBatch, TooManyEvents
from openapi.scopes import EVENTS_READ, EVENTS_WRITE
from openapi.v1.shapes import CloudEventShape, OutcomeShape, OutcomesShape, ProblemShape
from openapi.views import PartnerView

PROBLEMS = {(status, "application/problem+json"): ProblemShape for status in (400, 401, 403, 405, 406, 411, 413, 415)}


class EventList(PartnerView):
    """Events of the calling bank."""

    parser_classes = (StrictJson, CloudEventJson, CloudEventsBatchJson)
    scopes: ClassVar = {"POST": EVENTS_WRITE}

    @extend_schema(
        operation_id="send_events",
        # one type alone: of several, generators of clients make code that can't be imported, or take the first
        request={"application/cloudevents-batch+json": CloudEventShape(many=True)},
        responses={200: OutcomesShape, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """
        Send events, an array of up to 1,000.

        A single event may also be sent as an object, as `application/cloudevents+json` or `application/json`; both take an
        array as well. The body comes with its Content-Length and without a Content-Encoding.

        Each event has an outcome of its own, in the order sent: an event refused does not hold up the others. Batches are
        taken in by chunks of 500, each in one transaction. Sending a request again is safe: what was taken in answers as
        `duplicate`, with the same transfers.
        """
        client = self.client(request)
        events = _events(request.data)
        outcomes = take_events(bank=client.bank, raw_events=events, at=now(), origin=f"client:{client.client_id}")
        return Response({"outcomes": [_outcome(outcome) for outcome in outcomes]})


class EventDetail(PartnerView):
    """One event of the calling bank."""

    scopes: ClassVar = {"GET": EVENTS_READ}

    @extend_schema(
        operation_id="get_event",
        parameters=[OpenApiParameter("event_id", str, OpenApiParameter.PATH, description="The id the bank sent it with.")],
        responses={200: OutcomeShape, **PROBLEMS, (404, "application/problem+json"): ProblemShape},
    )
    def get(self, request: Request, event_id: str) -> Response:
        """See what became of an event, such as one that waited for its customer."""
        event = stored_event(bank_id=self.client(request).bank_id, event_id=event_id)
        said = _kept(event_id, event.status.value, event.status.value, why(event.id))
        return Response({**said, "taken_back": taken_back(event.id)})


def _events(body: object) -> Sequence[object]:
    if not isinstance(body, dict | list):
        raise NotAnEventOrBatch
    if not body:  # the framework hands an empty body over as an empty object
        raise NoEvents
    if isinstance(body, dict):
        return [body]
    if len(body) > EVENTS_PER_REQUEST:
        raise TooManyEvents(found=len(body), most=EVENTS_PER_REQUEST)
    return body


def _outcome(outcome: EventOutcome) -> dict[str, Any]:
    if outcome.error is not None:
        return {**_kept(outcome.event_id, outcome.answer.value, None, ()), "problem": _problem(outcome.error)}
    return _kept(outcome.event_id, outcome.answer.value, outcome.status and outcome.status.value, outcome.reasons)


def _kept(event_id: str, outcome: str, status: str | None, reasons: Sequence[Reason]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": event_id,
        "outcome": outcome,
        "points": sum(reason.points for reason in reasons),
        "transfers": [str(reason.transfer_id) for reason in reasons if reason.transfer_id is not None],
        "why": [_why(reason) for reason in reasons],
    }
    if status is not None:
        said["status"] = status
    return said


def _why(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule_code,
        "version": reason.version,
        "points": reason.points,
        "counted": reason.counted,
        "capped_by": reason.capped_by,
        "transfer": reason.transfer_id and str(reason.transfer_id),
        "en": reason.sentence_en,
        "zh": reason.sentence_zh,
    }


def _problem(error: DomainError) -> dict[str, Any]:
    return problem_body(error)
