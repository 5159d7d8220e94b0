"""Let a partner system in, give it a new secret, shut it out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model

from branches.models import Bank
from openapi.models import Client


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A client and its secret, which is shown once: only a hash of it is kept."""

    client: Client
    secret: str


def make_client(*, bank: Bank, name: str, scopes: Collection[str]) -> NewSecret:
    """Let a system of a bank in."""
    secret: str = generate_client_secret()
    client = Client.objects.create(
        bank=bank,
        name=name,
        scopes=" ".join(sorted(scopes)),
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    return NewSecret(client, secret)


def renew_secret(*, client: Client) -> NewSecret:
    """Give a client a new secret; the old one and every token it has are no longer good."""
    secret: str = generate_client_secret()
    with transaction.atomic():
        held = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
        held.client_secret = secret
        held.save(update_fields=["client_secret", "updated"])
        _end_tokens(held)
    return NewSecret(held, secret)


def end_client(*, client: Client, at: datetime) -> Client:
    """Shut a client out, at once. Ending it again changes nothing."""
    with transaction.atomic():
        held: Client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
        if held.ended_at is None:
            held.ended_at = at
            held.save(update_fields=["ended_at", "updated"])
            _end_tokens(held)
    return held


def _end_tokens(client: Client) -> None:
    get_access_token_model().objects.filter(application=client).delete()
