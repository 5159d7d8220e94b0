"""What an actor may see of the systems that call the Open API."""

from __future__ import annotations

from django.db.models import QuerySet

from branches.access import scope_of
from identity.models import User
from openapi.models import Client


def clients_for(*, actor: User) -> QuerySet[Client]:
    """Clients of the banks the actor works for wholly."""
    found: QuerySet[Client] = Client.objects.filter(scope_of(user=actor).of_banks(bank="bank"))
    return found
