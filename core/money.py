"""Money in integer minor units, and points as money: one point is one minor unit."""

from __future__ import annotations

MINOR_PER_MAJOR = 100
BASIS = 10_000


def major(amount_minor: int) -> str:
    """`24520` as `"245.20"`, exactly; negative amounts keep their sign in front."""
    sign = "-" if amount_minor < 0 else ""
    whole, rest = divmod(abs(amount_minor), MINOR_PER_MAJOR)
    return f"{sign}{whole}.{rest:02d}"


def share(amount_minor: int, *, rate_bps: int) -> int:
    """`rate_bps` basis points of an amount, rounded half up (towards plus infinity), in minor units."""
    return (2 * amount_minor * rate_bps + BASIS) // (2 * BASIS)
