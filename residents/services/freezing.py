"""Stop spending from a resident's wallet, and let it go on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from identity.models import User
from points import parties
from points.queries import frozen_since
from residents.models import Resident


def freeze_wallet(*, actor: User, resident: Resident, at: datetime) -> None:
    """Stop redeeming, holding and giving away; earning and what comes back go on. Frozen twice, it was frozen the first time."""
    with transaction.atomic():
        Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
        if frozen_since(resident.wallet_id) is not None:
            return
        parties.freeze_wallet(resident.wallet_id, at=at)
        Resident.objects.filter(pk=resident.pk).update(frozen_by=actor)
        record_security_event(SecurityEventKind.WALLET_FROZEN, at=at, actor_id=actor.pk, about=resident)


def unfreeze_wallet(*, resident: Resident) -> None:
    """Let a resident spend again; who may decide that is decided above."""
    with transaction.atomic():
        parties.unfreeze_wallet(resident.wallet_id)
        Resident.objects.filter(pk=resident.pk).update(frozen_by=None)
