"""Where clients get their tokens."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from oauth2_provider.views import TokenView
from oauthlib.oauth2 import OAuth2Error, UnsupportedGrantTypeError

from core.visitors import network_of, visitor_address
from openapi.bodies import refuse_unreadable
from openapi.errors import ApiError, LimitReached
from openapi.problems import plain_problem
from openapi.signing_in import SECRET, TOKEN, VISIT, Visit

GRANT: Final = "client_credentials"
POLICIES: Final = ", ".join(f'"{policy.name}";q={policy.most};w={policy.seconds}' for policy in (TOKEN, SECRET))


class Tokens(TokenView):  # type: ignore[misc]  # the toolkit has no types
    """The toolkit's, for client credentials alone, with limits that every answer tells of (IETF draft: RateLimit headers)."""

    def post(self, request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """Give a token, or say why not."""
        visit = request.META[VISIT] = Visit(network_of(visitor_address(request.META)))
        try:
            refuse_unreadable(request)
            answer = self._token(request)
        except ApiError as refusal:
            answer = plain_problem(refusal)
            if isinstance(refusal, LimitReached):
                answer["Retry-After"] = str(refusal.counted.seconds_left)
        answer["RateLimit-Policy"] = POLICIES
        if visit.counted is not None:
            counted = visit.counted
            answer["RateLimit"] = f'"{counted.policy.name}";r={counted.left};t={counted.seconds_left}'
        return answer

    def _token(self, request: HttpRequest) -> HttpResponse:
        """By the toolkit, which has more ways to a token than are open here."""
        if request.POST.get("grant_type", GRANT) != GRANT:
            return _oauth_error(UnsupportedGrantTypeError())
        found: HttpResponse = self.authorization_flow_token_response(request)
        return found


def _oauth_error(error: OAuth2Error) -> HttpResponse:
    return HttpResponse(error.json, status=error.status_code, content_type="application/json")
