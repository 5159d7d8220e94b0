"""Named writes, by topic: the phones that show codes, the scans, what is taken, what is given back."""

from redemptions.services.captures import capture, capture_code
from redemptions.services.claims import claim_code, close_claims, forget_old_codes
from redemptions.services.devices import codes_ahead, enroll_device, revoke_device, revoke_other_devices, trial_code
from redemptions.services.refunds import refund
from redemptions.services.undos import undo

__all__ = [
    "capture",
    "capture_code",
    "claim_code",
    "close_claims",
    "codes_ahead",
    "enroll_device",
    "forget_old_codes",
    "refund",
    "revoke_device",
    "revoke_other_devices",
    "trial_code",
    "undo",
]
