"""Who stands on the other side of a gift: a masked name in the histories of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from points.choices import Reason
from points.queries import TransferView
from redemptions.queries import masked_name
from residents.queries import names_by_wallet
from web.resident.sentences import sends


def others(transfers: Sequence[TransferView]) -> dict[UUID, str]:
    """The masked names on the other side of gifts, by wallet; one query if there is any gift."""
    wallets = {transfer.merchant_id for transfer in transfers if transfer.reason == Reason.GIFT and transfer.merchant_id}
    names = names_by_wallet(wallets=wallets) if wallets else {}
    return {wallet: masked_name(name) for wallet, name in names.items()}


def other(transfer: TransferView, names: Mapping[UUID, str]) -> str:
    """From whom a gift came, or to whom it went; empty for anything else."""
    name = names.get(transfer.merchant_id, "") if transfer.merchant_id else ""
    if not name:
        return ""
    return (_("to %(name)s") if sends(transfer) else _("from %(name)s")) % {"name": name}
