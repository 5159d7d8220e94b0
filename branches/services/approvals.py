"""
Maker and checker: one person asks, another one decides, and the package that acts redeems the approval, once.

An approval never calls up. When it is given, that is told as news; whoever acts on it calls `redeem` with what to do,
in a transaction of its own. Each decision is sealed in the log as it is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from branches.access import approvals_decided_by
from branches.choices import ApprovalAction, ApprovalState
from branches.models import Approval, Bank, Branch
from core.errors import DomainError, Done, ErrorKind, Outcome, Refused
from core.limits import APPROVAL_AGE
from core.outbox.services import publish
from core.secrets import lookup_hash
from identity.models import User
from points.log.statements import state

T = TypeVar("T")


class ApprovalOfOneself(DomainError):
    """Who asked does not decide."""

    code = "approval_of_oneself"
    kind = ErrorKind.DENIED
    message = _("You asked for this yourself. Somebody else must decide it.")


class ApprovalForOneself(DomainError):
    """Nobody asks for or decides about what is theirs."""

    code = "approval_for_oneself"
    kind = ErrorKind.DENIED
    message = _("This is about yourself. Somebody else must ask for it and decide it.")


class ApprovalNotYours(DomainError):
    """The role does not decide such requests, or not there."""

    code = "approval_not_yours"
    kind = ErrorKind.DENIED
    message = _("Your role doesn't decide this request.")


class ApprovalDecided(DomainError):
    """There is a decision already; it stays."""

    code = "approval_decided"
    kind = ErrorKind.CONFLICT
    message = _("This request was decided already.")


class ApprovalExpired(DomainError):
    """Nobody decided in time, or what was decided was not carried out in time."""

    code = "approval_expired"
    kind = ErrorKind.CONFLICT
    message = _("This request has expired. Ask again.")


class ApprovalMissing(DomainError):
    """There is no such approval to act on: not given, or used."""

    code = "approval_missing"
    kind = ErrorKind.CONFLICT
    message = _("There is no approval for this, or it was used already.")


class TargetChanged(DomainError):
    """What was approved is not what is there now."""

    code = "approval_target_changed"
    kind = ErrorKind.CONFLICT
    message = _("What this request was about has changed since. Ask again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven:
    """A second person allowed it; the package of that action may act."""

    topic: ClassVar[str] = "approval.given"
    approval_id: str
    action: str


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
    action: ApprovalAction,
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
        "action": action,
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
        publish(ApprovalGiven(approval_id=str(decided.pk), action=decided.action), at=at)
    return decided


def decline(*, approval: Approval, checker: User, at: datetime) -> Approval:
    """
    Refuse what somebody else asked for; errors as for `approve`.

    :raises ApprovalDecided: if there is a decision already.
    """
    with transaction.atomic():
        return _decide(approval, checker, ApprovalState.DECLINED, at)


def redeem(
    *,
    approval_id: UUID,
    action: ApprovalAction,
    version: Callable[[Approval], str],
    act: Callable[[Approval], Outcome[T]],
    at: datetime,
) -> Outcome[T]:
    """
    Act on an approval inside the caller's transaction, once: `version` reads the target anew, `act` does the deed.

    When the time is over, the target is another, or the deed is refused, the approval is spent all the same and keeps
    why. What `act` raises undoes everything, and the approval may be redeemed again: so it is when the ledger is busy.
    """
    held = Approval.objects.select_for_update(of=("self",)).select_related("bank").filter(pk=approval_id, action=action).first()
    if held is None or held.state != ApprovalState.APPROVED:
        return Refused(ApprovalMissing())
    outcome = _act(held, version, act, at)
    held.state = ApprovalState.DONE if isinstance(outcome, Done) else ApprovalState.REFUSED
    held.refusal = "" if isinstance(outcome, Done) else outcome.error.code
    held.closed_at = at
    held.save(update_fields=["state", "refusal", "closed_at"])
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
    held = Approval.objects.select_for_update(of=("self",)).select_related("bank").get(pk=approval.pk)
    if held.state != ApprovalState.WAITING:
        raise ApprovalDecided
    if held.maker_id == checker.pk:
        raise ApprovalOfOneself
    if held.concerns_id == checker.pk:
        raise ApprovalForOneself
    if not approvals_decided_by(actor=checker).filter(pk=held.pk).exists():
        raise ApprovalNotYours
    if at >= held.expires_at:
        raise ApprovalExpired
    held.state, held.checker, held.decided_at = decision, checker, at
    held.save(update_fields=["state", "checker", "decided_at"])
    state(issuer=held.bank.issuer_id, kind="approval", subject=str(held.pk), body=approval_words(held), at=at)
    return held


def _act(approval: Approval, version: Callable[[Approval], str], act: Callable[[Approval], Outcome[T]], at: datetime) -> Outcome[T]:
    if at >= approval.expires_at:
        return Refused(ApprovalExpired())
    if version(approval) != approval.target_version:
        return Refused(TargetChanged())
    return act(approval)
