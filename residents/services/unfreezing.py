"""A freeze is laid on by one person and lifted by two."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from branches.choices import ApprovalAction
from branches.models import Approval
from branches.services.approvals import Target, ask, fingerprint, redeem
from core.errors import DomainError, Done, ErrorKind, Outcome
from identity.models import User
from points.queries import frozen_since
from residents.models import BankLink, Resident
from residents.services.freezing import unfreeze_wallet


class WalletNotFrozen(DomainError):
    """There is nothing to lift."""

    code = "wallet_not_frozen"
    kind = ErrorKind.CONFLICT
    message = _("This wallet is not frozen.")


def ask_unfreeze(*, clerk: User, link: BankLink, reason: str, at: datetime) -> Approval:
    """
    Ask to let a resident of the link's bank spend again; nothing changes before a second person approves.

    :raises WalletNotFrozen: if the wallet is not frozen.
    :raises ApprovalForOneself: if the clerk is that resident.
    """
    resident = link.resident
    if frozen_since(resident.wallet_id) is None:
        raise WalletNotFrozen
    return ask(
        maker=clerk,
        action=ApprovalAction.UNFREEZE,
        target=Target(
            kind="residents.resident", id=str(resident.pk), version=_version(resident), name=str(resident), concerns=resident.user
        ),
        payload={},
        reason=reason,
        bank=link.bank,
        branch=link.branch,
        at=at,
    )


def carry_out_unfreeze(*, approval_id: UUID, at: datetime) -> Outcome[None]:
    """Lift the freeze that was approved, once; of a later freeze the approval says nothing."""
    with transaction.atomic():
        return redeem(
            approval_id=approval_id,
            action=ApprovalAction.UNFREEZE,
            version=lambda approval: _version(_resident(approval)),
            act=_unfreeze,
            at=at,
        )


def _unfreeze(approval: Approval) -> Outcome[None]:
    unfreeze_wallet(resident=_resident(approval))
    return Done(None)


def _resident(approval: Approval) -> Resident:
    return Resident.objects.get(pk=approval.target_id)


def _version(resident: Resident) -> str:
    since = frozen_since(resident.wallet_id)
    return fingerprint("freeze", resident.wallet_id, resident.user_id, since and since.timestamp())
