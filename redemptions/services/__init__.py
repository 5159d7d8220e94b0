"""Named writes, by topic: the phones that show codes, the scans, what is taken, what is given back."""

from redemptions.services.checkouts import close_checkouts, forget_old_codes, open_checkout
from redemptions.services.devices import codes_ahead, enroll_device, revoke_device, revoke_other_devices, trial_code
from redemptions.services.redeeming import redeem, redeem_code
from redemptions.services.refunds import refund
from redemptions.services.undos import undo

__all__ = [
    "close_checkouts",
    "codes_ahead",
    "enroll_device",
    "forget_old_codes",
    "open_checkout",
    "redeem",
    "redeem_code",
    "refund",
    "revoke_device",
    "revoke_other_devices",
    "trial_code",
    "undo",
]
