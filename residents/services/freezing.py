"""Stop spending from a resident's wallet, and let it go on."""

from __future__ import annotations

from datetime import datetime

from points import parties
from residents.models import Resident


def freeze_wallet(*, resident: Resident, at: datetime) -> None:
    """Stop redeeming, holding and giving away; earning and what comes back go on. Frozen twice, it was frozen the first time."""
    parties.freeze_wallet(resident.wallet_id, at=at)


def unfreeze_wallet(*, resident: Resident) -> None:
    """Let a resident spend again; who may decide that is decided above."""
    parties.unfreeze_wallet(resident.wallet_id)
