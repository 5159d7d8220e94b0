"""A phone that computes codes by itself agrees with the design's vector and with the product."""

from __future__ import annotations

from datetime import UTC, datetime

from redemptions.rotating_code import make_code
from tools.bench.phones import Device

KEY = bytes.fromhex("826786b74435ad253d8b9f25a40bdaa62806a135d738e6a85ad340a4a1011912")


def test_the_test_vector() -> None:
    assert Device(handle="123456789", key=KEY).code_at(1_795_334_400) == "711234567898896003374343350"


def test_the_product_reads_the_same_digits() -> None:
    for seconds in range(1_795_334_400, 1_795_334_700, 7):
        at = datetime.fromtimestamp(seconds, tz=UTC)
        assert Device(handle="000000042", key=KEY).code_at(seconds) == make_code(key=KEY, handle=42, at=at)
