"""Named writes, by topic: residents from a bank's file, how one claims a link, how two become one, freezes, gifts, notices."""

from residents.services.claiming import CustomerClaimed, claim_link
from residents.services.expiring import PointsExpire, notice_expiries
from residents.services.freezing import freeze_wallet, unfreeze_wallet
from residents.services.giving import PointsGiven, find_receiver, give_points
from residents.services.importing import ResidentsJoined, import_residents
from residents.services.merging import ResidentsMerged
from residents.services.sending import send_claim_code

__all__ = [
    "CustomerClaimed",
    "PointsExpire",
    "PointsGiven",
    "ResidentsJoined",
    "ResidentsMerged",
    "claim_link",
    "find_receiver",
    "freeze_wallet",
    "give_points",
    "import_residents",
    "notice_expiries",
    "send_claim_code",
    "unfreeze_wallet",
]
