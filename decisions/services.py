"""
Maker and checker: one person asks, another one decides, and what was approved is carried out, once.

An approval calls nobody above. When it is given, that is told as news; `carry_out` is called with the kind's `Decision`,
in a transaction of its own. Each decision is sealed in the log as it is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from branches.models import Bank, Branch
from core.errors import Done, Outcome, Refused
from core.limits import APPROVAL_AGE
from core.outbox.services import publish
from core.secrets import lookup_hash
from decisions.access import approvals_decided_by
from decisions.choices import ApprovalState
from decisions.decision import Decision
from decisions.errors import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalForOneself,
    ApprovalMissing,
    ApprovalNotYours,
    ApprovalOfOneself,
    TargetChanged,
)
from decisions.models import Approval
from decisions.news import Approved
from identity.models import User
from points.log.declarations import record_declaration

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a request is about: a row by its model's label, as it stands now. `concerns` is the user it belongs to, if any."""

    kind: str
    id: str
    version: str
    name: str
    concerns: User | None = None


def fingerprint(*parts: object) -> str:
    """The version of a target that has no number of its own: a hash of what the approval rests on."""
    return sha256("|".join(map(str, parts)).encode()).hexdigest()


def ask(
    *,
    maker: User,
    decision: Decision[Any],
    target: Target,
    payload: Mapping[str, int | str],
    reason: str,
    bank: Bank,
    branch: Branch | None = None,
    at: datetime,
) -> Approval:
    """
    Ask for something that a second person decides; the caller has checked that the maker may ask for it.

    The same request sent again while it waits is the one that waits: a form sent twice asks once.

    :raises ApprovalForOneself: if it concerns the maker.
    """
    if target.concerns is not None and target.concerns.pk == maker.pk:
        raise ApprovalForOneself
    asked = {
        "action": decision.action,
        "bank": bank,
        "branch": branch,
        "target_kind": target.kind,
        "target_id": target.id,
        "target_version": target.version,
        "payload": dict(payload),
        "reason": reason,
        "maker": maker,
    }
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=maker.pk)  # two taps at once come one after the other
        waiting = Approval.objects.filter(**asked, state=ApprovalState.WAITING, expires_at__gt=at).first()
        if waiting is not None:
            return waiting
        return Approval.objects.create(
            **asked, about=target.name[:120], concerns=target.concerns, asked_at=at, expires_at=at + APPROVAL_AGE
        )


def approve(*, approval: Approval, checker: User, at: datetime) -> Approval:
    """
    Allow what somebody else asked for.

    :raises ApprovalOfOneself: if the checker asked for it.
    :raises ApprovalForOneself: if it concerns the checker.
    :raises ApprovalNotYours: if the checker's role does not decide it.
    :raises ApprovalDecided: if there is a decision already.
    :raises ApprovalExpired: if its time is over.
    """
    with transaction.atomic():
        decided = _decide(approval, checker, ApprovalState.APPROVED, at)
        publish(Approved(approval_id=str(decided.pk), action=decided.action), at=at)
    return decided


def decline(*, approval: Approval, checker: User, at: datetime) -> Approval:
    """
    Refuse what somebody else asked for; errors as for `approve`.

    :raises ApprovalDecided: if there is a decision already.
    """
    with transaction.atomic():
        return _decide(approval, checker, ApprovalState.DECLINED, at)


def carry_out(*, approval_id: UUID, decision: Decision[T], at: datetime) -> Outcome[T]:
    """
    Act on an approval, once.

    When the time is over, the target is another, or the deed is refused, the approval is spent all the same and keeps
    why. What the deed raises undoes everything, and the approval may be carried out later: so it is when the ledger is busy.

    :raises LedgerBusy: if the deed needed a wallet that stayed locked by others.
    """
    with transaction.atomic():
        rows = Approval.objects.select_for_update(of=("self",)).select_related("bank")
        approval = rows.filter(pk=approval_id, action=decision.action).first()
        if approval is None or approval.state != ApprovalState.APPROVED:
            return Refused(ApprovalMissing())
        outcome = _act(approval, decision, at)
        approval.state = ApprovalState.DONE if isinstance(outcome, Done) else ApprovalState.REFUSED
        approval.refusal = "" if isinstance(outcome, Done) else outcome.error.code
        approval.closed_at = at
        approval.save(update_fields=["state", "refusal", "closed_at"])
    return outcome


def approval_words(approval: Approval) -> str:
    """
    A decision word for word as it is sealed: JSON with its fields in a fixed order.

    Who asked, who decided and what exactly is said as keyed hashes, other ones for each approval: nobody reads a person in
    them, and whoever holds the key can show whom and what they stand for.
    """
    assert approval.checker_id is not None, "a decision has its checker"
    assert approval.decided_at is not None, "a decision has its time"
    content = [approval.target_kind, approval.target_id, approval.target_version, approval.payload, approval.reason]
    return json.dumps(
        {
            "approval": str(approval.pk),
            "action": approval.action,
            "decision": ApprovalState.DECLINED if approval.state == ApprovalState.DECLINED else ApprovalState.APPROVED,
            "asked_at": approval.asked_at.astimezone(UTC).isoformat(),
            "decided_at": approval.decided_at.astimezone(UTC).isoformat(),
            "maker": _hidden(approval, "person", str(approval.maker_id)),
            "checker": _hidden(approval, "person", str(approval.checker_id)),
            "content": _hidden(approval, "content", json.dumps(content, sort_keys=True)),
        }
    )


def _hidden(approval: Approval, what: str, value: str) -> str:
    return lookup_hash(f"approval:{approval.pk}:{what}", value).hex()


def _decide(approval: Approval, checker: User, decision: ApprovalState, at: datetime) -> Approval:
    row = Approval.objects.select_for_update(of=("self",)).select_related("bank").get(pk=approval.pk)
    if row.state != ApprovalState.WAITING:
        raise ApprovalDecided
    if row.maker_id == checker.pk:
        raise ApprovalOfOneself
    if row.concerns_id == checker.pk:
        raise ApprovalForOneself
    if not approvals_decided_by(actor=checker).filter(pk=row.pk).exists():
        raise ApprovalNotYours
    if at >= row.expires_at:
        raise ApprovalExpired
    row.state, row.checker, row.decided_at = decision, checker, at
    row.save(update_fields=["state", "checker", "decided_at"])
    record_declaration(issuer=row.bank.issuer_id, kind="approval", subject=str(row.pk), body=approval_words(row), at=at)
    return row


def _act(approval: Approval, decision: Decision[T], at: datetime) -> Outcome[T]:
    if at >= approval.expires_at:
        return Refused(ApprovalExpired())
    if decision.version_of(approval) != approval.target_version:
        return Refused(TargetChanged())
    return decision.carry_out(approval, at=at)
