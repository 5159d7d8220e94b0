"""The ledger's refusals, typed: one error for each outcome that is not `posted`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind
from points.choices import OutcomeCode


class InsufficientPoints(DomainError):
    code = OutcomeCode.INSUFFICIENT_POINTS.value
    kind = ErrorKind.CONFLICT
    message = _("Not enough points: %(required)s are needed, %(available)s can be spent now.")


class WalletFrozen(DomainError):
    code = OutcomeCode.WALLET_FROZEN.value
    kind = ErrorKind.CONFLICT
    message = _("This wallet is frozen. Its points are safe; the resident's bank can lift the freeze.")


class WalletClosed(DomainError):
    code = OutcomeCode.WALLET_CLOSED.value
    kind = ErrorKind.CONFLICT
    message = _("This wallet is closed. Use the wallet that took its place.")


class UnknownWallet(DomainError):
    code = OutcomeCode.UNKNOWN_WALLET.value
    kind = ErrorKind.NOT_FOUND
    message = _("There is no such wallet.")


class UnknownTerms(DomainError):
    code = OutcomeCode.UNKNOWN_TERMS.value
    kind = ErrorKind.CONFLICT
    message = _("The issuer has no such terms. Set its terms first.")


class UnknownMerchant(DomainError):
    code = OutcomeCode.UNKNOWN_MERCHANT.value
    kind = ErrorKind.NOT_FOUND
    message = _("There is no such merchant, or it takes no points any more.")


class UnknownTransfer(DomainError):
    code = OutcomeCode.UNKNOWN_TRANSFER.value
    kind = ErrorKind.NOT_FOUND
    message = _("There is no such transfer.")


class HoldClosed(DomainError):
    code = OutcomeCode.HOLD_CLOSED.value
    kind = ErrorKind.CONFLICT
    message = _("This hold was already captured or released.")


class HoldOverdue(DomainError):
    code = OutcomeCode.HOLD_OVERDUE.value
    kind = ErrorKind.CONFLICT
    message = _("This hold is past its deadline; its points go back. Ask the resident again.")


class HoldOpen(DomainError):
    code = OutcomeCode.HOLD_OPEN.value
    kind = ErrorKind.CONFLICT
    message = _("Points of this wallet are held. Try again when the hold is captured or released.")


class NotReversible(DomainError):
    code = OutcomeCode.NOT_REVERSIBLE.value
    kind = ErrorKind.CONFLICT
    message = _("This transfer can't be taken back: only what was spent is given back, only what was earned is taken back.")


class AlreadyReversed(DomainError):
    code = OutcomeCode.ALREADY_REVERSED.value
    kind = ErrorKind.CONFLICT
    message = _("These points were already given back.")


class MoreThanIsLeft(DomainError):
    code = OutcomeCode.MORE_THAN_IS_LEFT.value
    kind = ErrorKind.CONFLICT
    message = _("That is more than can still be given back: %(available)s points are left of it.")


class IdempotencyKeyReused(DomainError):
    code = OutcomeCode.KEY_REUSED.value
    kind = ErrorKind.CONFLICT
    message = _("This key was used for a different request. Send a new request with a new key.")


class LedgerBusy(DomainError):
    code = "ledger_busy"
    kind = ErrorKind.BUSY
    message = _("The ledger is busy with this wallet. Nothing happened; try again in a moment with the same key.")


class TermsReachBack(DomainError):
    code = "terms_reach_back"
    kind = ErrorKind.CONFLICT
    message = _("New terms must start today or later, and after every version that stands: points keep their terms.")


REFUSALS: dict[OutcomeCode, type[DomainError]] = {
    OutcomeCode(error.code): error
    for error in (
        InsufficientPoints,
        WalletFrozen,
        WalletClosed,
        UnknownWallet,
        UnknownTerms,
        UnknownMerchant,
        UnknownTransfer,
        HoldClosed,
        HoldOverdue,
        HoldOpen,
        NotReversible,
        AlreadyReversed,
        MoreThanIsLeft,
        IdempotencyKeyReused,
    )
}
