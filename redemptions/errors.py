"""Refusals of this package, typed. Each message says what happened and what to do at the counter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind, NotFound


class NotOurCode(DomainError):
    code = "not_our_code"
    kind = ErrorKind.INVALID
    message = _("This is not a resident's points code. Ask the resident to show the code in the points app.")


class MistypedCode(DomainError):
    code = "mistyped_code"
    kind = ErrorKind.INVALID
    message = _("A digit of the code is wrong, missing or too many. Check the 27 digits, or scan the code.")


class CodeExpired(DomainError):
    code = "code_expired"
    kind = ErrorKind.CONFLICT
    message = _("This code is too old. Ask the resident for the code that is on the screen now.")


class CodeClockAhead(DomainError):
    code = "code_clock_ahead"
    kind = ErrorKind.CONFLICT
    message = _("The clock of the resident's phone runs ahead. Ask the resident to go online for a moment, then scan again.")


class CodeAlreadyUsed(DomainError):
    code = "code_already_used"
    kind = ErrorKind.CONFLICT
    message = _("This code was already used. Ask the resident to show a new one.")


class BadCode(DomainError):
    code = "bad_code"
    kind = ErrorKind.CONFLICT
    message = _("This code is not genuine, or its phone was signed out. Ask the resident to open the app and show a new one.")


class TooManyBadCodes(DomainError):
    code = "too_many_bad_codes"
    kind = ErrorKind.LIMITED
    message = _("Too many wrong codes came from here. Wait ten minutes; the resident can spend elsewhere meanwhile.")


class CheckoutNotFound(NotFound):
    code = "checkout_not_found"
    message = _("There is no such scan at this till. Scan the resident's code again.")


class CheckoutExpired(DomainError):
    code = "checkout_expired"
    kind = ErrorKind.CONFLICT
    message = _("The scan is more than two minutes old. Nothing was taken; scan a new code.")


class CheckoutClosed(DomainError):
    code = "checkout_closed"
    kind = ErrorKind.CONFLICT
    message = _("This scan was already used or closed. Scan a new code.")


class InvalidPoints(DomainError):
    code = "invalid_points"
    kind = ErrorKind.INVALID
    message = _("Points must be a whole number from 1 to %(most)s.")


class InvalidKey(DomainError):
    code = "invalid_key"
    kind = ErrorKind.INVALID
    message = _("The key must be 1 to 64 letters, digits or the marks . _ : -")


class InvalidReason(DomainError):
    code = "invalid_reason"
    kind = ErrorKind.INVALID
    message = _("Say in a few words why, in at most %(most)s characters.")


class NoTill(DomainError):
    code = "no_till"
    kind = ErrorKind.DENIED
    message = _("You don't work at a till here. Ask the merchant's owner or the branch to appoint you.")


class NotTaken(NotFound):
    code = "not_taken"
    message = _("Nothing was taken under this key. It may be sent again with the same key.")


class ReceiptNotFound(NotFound):
    code = "receipt_not_found"
    message = _("This outlet has no receipt with that number. Check the number.")


class ReceiptChanged(DomainError):
    code = "receipt_changed"
    kind = ErrorKind.CONFLICT
    message = _("This receipt changed since you looked at it: %(left)s points can be given back now. Nothing was given back.")


class UndoTooLate(DomainError):
    code = "undo_too_late"
    kind = ErrorKind.CONFLICT
    message = _("A redemption can be undone on the day it was made. Later its points are given back on its receipt.")


class CodesComeFromPhones(DomainError):
    code = "codes_come_from_phones"
    kind = ErrorKind.DENIED
    message = _("On this system codes come from residents' phones alone. Show one there.")
