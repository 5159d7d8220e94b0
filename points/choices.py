"""The ledger's vocabulary."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountKind(TextChoices):
    """Where points can be. The first three are a wallet's own, with a stored balance; the others are the books' side."""

    LOT = "lot", _("lot")
    HOLD = "hold", _("hold")
    ARREARS = "arrears", _("arrears")
    ISSUANCE = "issuance", _("issuance")
    PAYABLE = "payable", _("merchant payable")
    BREAKAGE = "breakage", _("breakage")
    RETIRED = "retired", _("retired")
    TRANSIT = "transit", _("in transit")


class Reason(TextChoices):
    """Why points moved."""

    EARN = "earn", _("earned")
    REDEEM = "redeem", _("redeemed")
    HOLD = "hold", _("held")
    CAPTURE = "capture", _("redeemed from a hold")
    RELEASE = "release", _("hold released")
    REVERSE = "reverse", _("given back")
    CLAWBACK = "clawback", _("taken back")
    EXPIRE = "expire", _("expired")
    GIFT = "gift", _("gift")
    MERGE = "merge", _("wallets merged")
    ADJUST = "adjust", _("adjusted")
    SETTLE = "settle", _("settled")


class Source(TextChoices):
    """Which package asked; part of a command's key."""

    EARNING = "earning", _("earning")
    REDEMPTIONS = "redemptions", _("redemptions")
    RESIDENTS = "residents", _("residents")
    SETTLEMENTS = "settlements", _("settlements")
    APPROVALS = "approvals", _("approvals")
    EXPIRY = "expiry", _("expiry")


class Fact(TextChoices):
    """What a sealed number stands for."""

    TRANSFER = "transfer", _("transfer")
    REFUSAL = "refusal", _("refusal")
    DECLARATION = "declaration", _("declaration")


class CheckKind(TextChoices):
    """How much of the books a check looked at."""

    FULL = "full", _("everything")
    NEW = "new", _("what was new")


class OutcomeCode(TextChoices):
    """The ledger's answers to a command."""

    POSTED = "posted", _("posted")
    KEY_REUSED = "idempotency_key_reused", _("key reused for something else")
    INSUFFICIENT_POINTS = "insufficient_points", _("insufficient points")
    WALLET_FROZEN = "wallet_frozen", _("wallet frozen")
    WALLET_CLOSED = "wallet_closed", _("wallet closed")
    UNKNOWN_WALLET = "unknown_wallet", _("unknown wallet")
    UNKNOWN_TERMS = "unknown_terms", _("unknown terms")
    UNKNOWN_MERCHANT = "unknown_merchant", _("unknown merchant")
    UNKNOWN_TRANSFER = "unknown_transfer", _("unknown transfer")
    HOLD_CLOSED = "hold_closed", _("hold closed")
    HOLD_OVERDUE = "hold_overdue", _("hold overdue")
    HOLD_OPEN = "hold_open", _("hold open")
    NOT_REVERSIBLE = "not_reversible", _("not reversible")
    ALREADY_REVERSED = "already_reversed", _("already reversed")
    MORE_THAN_IS_LEFT = "more_than_is_left", _("more than is left")
