"""Named writes, by topic: residents from a bank's file, how one claims a link, how two become one, freezes, gifts, notices."""

from residents.services.claiming import claim_link, issue_claim_code
from residents.services.expiring import PointsExpire, notice_expiries
from residents.services.freezing import freeze_wallet, unfreeze_wallet
from residents.services.giving import PointsGiven, find_receiver, give_points
from residents.services.importing import ResidentsJoined, import_residents
from residents.services.merging import ResidentsMerged

__all__ = [
    "PointsExpire",
    "PointsGiven",
    "ResidentsJoined",
    "ResidentsMerged",
    "claim_link",
    "find_receiver",
    "freeze_wallet",
    "give_points",
    "import_residents",
    "issue_claim_code",
    "notice_expiries",
    "unfreeze_wallet",
]
