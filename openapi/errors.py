"""What the Open API refuses before any of it reaches the domain, with the HTTP status of each."""

from __future__ import annotations

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.counting.services import Counted
from core.errors import ErrorKind
from core.problems import RequestRefused


class ApiError(RequestRefused):
    """A request that can't be worked on."""


class LimitReached(ApiError):
    """Too often in too short a time; nothing was done."""

    kind = ErrorKind.LIMITED
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, counted: Counted) -> None:
        super().__init__(most=counted.policy.most, seconds=counted.seconds_left)
        self.counted = counted


class TooManyWrongSecrets(LimitReached):
    code = "too_many_wrong_secrets"
    message = _(
        "Too many wrong secrets came for this client. None is looked at for %(seconds)s seconds. Look at the secret, then try again."
    )


class TooManyTokens(LimitReached):
    code = "too_many_tokens"
    message = _("A client gets at most %(most)s tokens a minute, and each is good for 15 minutes. Try again in %(seconds)s seconds.")


class NotJson(ApiError):
    code = "not_json"
    message = _("The body can't be read as JSON in UTF-8, or an object names a field twice.")


class BodyTooLarge(ApiError):
    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = _("The body is larger than %(most)s bytes. Send fewer events at a time.")


class LengthNeeded(ApiError):
    code = "length_needed"
    status = HTTPStatus.LENGTH_REQUIRED
    message = _("The request doesn't say how long its body is. Send a Content-Length, and no chunks.")


class EncodingWrong(ApiError):
    code = "encoding_wrong"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    message = _("The body came with a Content-Encoding, as gzip is. Send it as it is, without one.")


class TooManyEvents(ApiError):
    code = "too_many_events"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = _("The batch has %(found)s events; at most %(most)s are taken. Nothing was taken in.")


class NoEvents(ApiError):
    code = "no_events"
    message = _("The body holds no event.")


class NotAnEventOrBatch(ApiError):
    code = "not_an_event_or_batch"
    message = _("The body must be one event (a JSON object) or a batch of events (an array).")


class MediaTypeWrong(ApiError):
    code = "media_type_wrong"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    message = _("Send application/json, application/cloudevents+json or application/cloudevents-batch+json.")


class AnswerNotAcceptable(ApiError):
    code = "answer_not_acceptable"
    status = HTTPStatus.NOT_ACCEPTABLE
    message = _("The answer is application/json, which the request doesn't accept.")


class TokenNeeded(ApiError):
    code = "token_needed"
    kind = ErrorKind.DENIED
    status = HTTPStatus.UNAUTHORIZED
    message = _("Send a valid access token in the Authorization header. Tokens live 15 minutes; ask for a new one.")


class ScopeNeeded(ApiError):
    code = "scope_needed"
    kind = ErrorKind.DENIED
    status = HTTPStatus.FORBIDDEN
    message = _("The access token lacks the scope %(scope)s.")


class FieldWrong(ApiError):
    code = "field_wrong"
    message = _("%(field)s is missing or not what it should be.")
