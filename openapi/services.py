"""Let a partner system in, give it a new secret, shut it out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model, get_refresh_token_model, revoke_access_token

from branches.models import Bank
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.errors import DomainError, ErrorKind
from core.limits import SECRET_OVERLAP, TOKENS_PER_SWEEP
from identity.models import User
from openapi.models import Client


class SecretRenewedAlready(DomainError):
    """Two secrets are good at the moment."""

    code = "secret_renewed_already"
    kind = ErrorKind.CONFLICT
    message = _("The secret was renewed less than a day ago, and both are good until the day is over. Wait, or revoke both at once.")


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A client and its secret, which is shown once: only a hash of it is kept."""

    client: Client
    secret: str


def make_client(*, actor: User, bank: Bank, name: str, scopes: Collection[str], at: datetime) -> NewSecret:
    """Let a system of a bank in."""
    secret: str = generate_client_secret()
    with transaction.atomic():
        client = Client.objects.create(
            bank=bank,
            name=name,
            scopes=" ".join(sorted(scopes)),
            client_type=Client.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
            client_secret=secret,
            made_by=actor,
        )
        record_security_event(SecurityEventKind.CLIENT_MADE, at=at, actor_id=actor.pk, about=client)
    return NewSecret(client, secret)


def renew_secret(*, actor: User, client: Client, at: datetime) -> NewSecret:
    """
    Give a client a new secret. The one it has stays good for a day, and its tokens stay.

    :raises SecretRenewedAlready: if two are good now: nobody knows which of them the bank uses.
    """
    secret: str = generate_client_secret()
    with transaction.atomic():
        locked = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
        if locked.previous_until is not None and at < locked.previous_until:
            raise SecretRenewedAlready
        locked.previous_secret, locked.previous_until = locked.client_secret, at + SECRET_OVERLAP
        locked.client_secret, locked.renewed_by = secret, actor
        locked.save(update_fields=["client_secret", "previous_secret", "previous_until", "renewed_by", "updated"])
        record_security_event(SecurityEventKind.SECRET_RENEWED, at=at, actor_id=actor.pk, about=locked)
    return NewSecret(locked, secret)


def revoke_secrets(*, actor: User, client: Client, at: datetime) -> NewSecret:
    """Give a client a new secret; every other one and every token it has end at once. For a secret that others know."""
    secret: str = generate_client_secret()
    with transaction.atomic():
        locked = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
        locked.client_secret, locked.previous_secret, locked.previous_until = secret, "", None
        locked.renewed_by = actor
        locked.save(update_fields=["client_secret", "previous_secret", "previous_until", "renewed_by", "updated"])
        _end_tokens(locked)
        record_security_event(SecurityEventKind.SECRET_RENEWED, at=at, actor_id=actor.pk, about=locked, details={"revoked": "all"})
    return NewSecret(locked, secret)


def end_client(*, actor: User, client: Client, at: datetime) -> Client:
    """Shut a client out, at once. Ending it again changes nothing."""
    with transaction.atomic():
        locked: Client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
        if locked.ended_at is None:
            locked.ended_at, locked.ended_by = at, actor
            locked.save(update_fields=["ended_at", "ended_by", "updated"])
            _end_tokens(locked)
            record_security_event(SecurityEventKind.CLIENT_ENDED, at=at, actor_id=actor.pk, about=locked)
    return locked


def forget_old_tokens(*, at: datetime) -> int:
    """Remove tokens that are good for nothing any more, a batch of them, and say how many there were."""
    tokens = get_access_token_model().objects
    old = tokens.filter(expires__lt=at, refresh_token__isnull=True).values_list("pk", flat=True)
    removed, _each = tokens.filter(pk__in=old[:TOKENS_PER_SWEEP]).delete()
    return int(removed)


def _end_tokens(client: Client) -> None:
    """Those that renew others first: they outlive the ones they renew."""
    for refresh in get_refresh_token_model().objects.filter(application=client, revoked__isnull=True):
        refresh.revoke()
    for token in get_access_token_model().objects.filter(application=client):
        revoke_access_token(token)
