"""
Signing in with a client's id and secret: checked in one way for known and unknown ids, and limited.

Wrong secrets are counted for each client and network before the secret is looked at, so that many at once are no way
around; a right one is put back. Tokens are counted for each client after its secret was right: nobody else uses them up.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus

from oauth2_provider.oauth2_validators import OAuth2Validator

from core.audit.choices import SecurityEventKind
from core.audit.services import count_failure
from core.clock import now
from core.counting.services import Counted, Policy, count, put_back
from core.limits import TOKENS_PER_MINUTE, WRONG_SECRETS, WRONG_SECRETS_SECONDS
from openapi.errors import TooManyTokens, TooManyWrongSecrets
from openapi.secrets import KeyedHasher, is_one_of

SECRET: Final = Policy("secret", WRONG_SECRETS, WRONG_SECRETS_SECONDS)
TOKEN: Final = Policy("token", TOKENS_PER_MINUTE, 60)
VISIT: Final = "community.visit"  # in the request's META, where no header can come
NOBODYS: Final = f"{KeyedHasher.algorithm}${'0' * 64}"  # no secret's hash: compared with where the id doesn't exist


@dataclass(slots=True)
class Visit:
    """One asking for a token: from which network, and what was counted last."""

    network: str
    counted: Counted | None = None


class ClientValidator(OAuth2Validator):  # type: ignore[misc]  # the toolkit has no types
    """The toolkit's, with our way to look at secrets."""

    def authenticate_client(self, request: Any, *_args: object, **_kwargs: object) -> bool:
        """
        Whether the id and secret are a client's that may sign in.

        :raises TooManyWrongSecrets: if this client had too many wrong ones from this network; the secret isn't looked at.
        :raises TooManyTokens: if it got as many tokens as it may in a minute.
        """
        at, (client_id, secret) = now(), _credentials(request)
        visit: Visit = request.headers[VISIT]
        wrong = f"{client_id}|{visit.network}"
        visit.counted = count(policy=SECRET, key=wrong, at=at)
        if visit.counted.is_over:
            count_failure(SecurityEventKind.SECRET_REFUSED, at=at, details={"why": TooManyWrongSecrets.code})
            raise TooManyWrongSecrets(visit.counted)
        client = self._load_application(client_id, request)
        right = is_one_of(secret, client.secrets_at(at) if client else (NOBODYS, NOBODYS))
        if client is None or not right:
            count_failure(SecurityEventKind.SECRET_REFUSED, at=at, about=client)
            return False
        put_back(policy=SECRET, key=wrong, at=at)
        visit.counted = count(policy=TOKEN, key=client_id, at=at)
        if visit.counted.is_over:
            raise TooManyTokens(visit.counted)
        return True


def _credentials(request: Any) -> tuple[str, str]:
    """The id and secret in the `Authorization` header or, without one, in the body; never both (RFC 6749, 2.3)."""
    scheme, _space, encoded = (request.headers.get("Authorization") or "").partition(" ")
    if not scheme:
        return request.client_id or "", request.client_secret or ""
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (unquote_plus(client_id), unquote_plus(secret)) if scheme.lower() == "basic" else ("", "")
