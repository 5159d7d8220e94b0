"""Why a request is not decided, or not carried out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind


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
