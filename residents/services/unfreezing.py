"""A freeze is laid on by one person and lifted by two."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from branches.access import BRANCH_MANAGERS, DESK, OPERATORS
from core.errors import DomainError, Done, ErrorKind, Outcome
from decisions.decision import Decision
from decisions.models import Approval
from decisions.services import Target, ask, fingerprint
from identity.models import User
from points.queries import frozen_since
from residents.forms import OfLinkForm
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
        decision=UNFREEZE,
        target=Target(
            kind="residents.resident", id=str(resident.pk), version=_version(resident), name=str(resident), concerns=resident.user
        ),
        payload={},
        reason=reason,
        bank=link.bank,
        branch=link.branch,
        at=at,
    )


def _unfreeze(approval: Approval, *, at: datetime) -> Outcome[None]:  # noqa: ARG001 - as every deed is called
    unfreeze_wallet(resident=_resident(approval))
    return Done(None)


def _resident(approval: Approval) -> Resident:
    return Resident.objects.get(pk=approval.target_id)


def _version(resident: Resident) -> str:
    """Since when: of a later freeze the approval says nothing."""
    since = frozen_since(resident.wallet_id)
    return fingerprint("freeze", resident.wallet_id, resident.user_id, since and since.timestamp())


UNFREEZE = Decision(
    action="unfreeze",
    label=_("Lift a freeze"),
    asked_by=DESK,
    decided_by=BRANCH_MANAGERS | OPERATORS,
    ask=lambda maker, _resident, **body: ask_unfreeze(clerk=maker, **body),
    version_of=lambda approval: _version(_resident(approval)),
    carry_out=_unfreeze,
    form=OfLinkForm,
)
