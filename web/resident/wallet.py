"""A resident's points as their own pages show them: the ledger's answers with names in place of ids."""

from __future__ import annotations

from typing import Any

from merchants.queries import merchant_names
from points.choices import AccountKind
from points.queries import LotView, TransferView
from redemptions.queries import bank_names, receipt_numbers

IN_WALLET = frozenset({AccountKind.LOT, AccountKind.HOLD, AccountKind.ARREARS})


def lots_shown(lots: list[LotView]) -> list[dict[str, Any]]:
    """Lots in the order of spending, by the bank that stands behind them."""
    names = bank_names({lot.issuer_id for lot in lots})
    return [
        {
            "bank": names[lot.issuer_id],
            "points": lot.points,
            "available_on": lot.available_on.isoformat() if lot.available_on else None,
            "expires_on": lot.expires_on.isoformat(),
            "suspended": lot.suspended,
        }
        for lot in lots
    ]


def transfers_shown(transfers: list[TransferView]) -> list[dict[str, Any]]:
    """What moved, newest first; five queries whatever its length."""
    names = bank_names({posting.issuer_id for transfer in transfers for posting in transfer.postings})
    parties = {transfer.merchant_id for transfer in transfers if transfer.merchant_id}
    merchants = merchant_names(parties=parties)
    receipts = receipt_numbers(transfer_ids=[transfer.id for transfer in transfers])
    return [
        {
            "reason": transfer.reason.value,
            "points": signed(transfer),
            "merchant": merchants.get(transfer.merchant_id) if transfer.merchant_id else None,
            "receipt": receipts.get(transfer.id),
            "effective_at": transfer.effective_at.isoformat(),
            "recorded_at": transfer.recorded_at.isoformat(),
            "parts": [
                {
                    "bank": names[posting.issuer_id],
                    "points": posting.points,
                    "expires_on": posting.expires_on.isoformat() if posting.expires_on else None,
                }
                for posting in transfer.postings
            ],
        }
        for transfer in transfers
    ]


def signed(transfer: TransferView) -> int:
    """What the wallet gained, or lost if negative; to owe is to have less."""
    gained = sum(posting.points for posting in transfer.postings if posting.target_kind in IN_WALLET)
    lost = sum(posting.points for posting in transfer.postings if posting.source_kind in IN_WALLET)
    return gained - lost
