"""Identifiers sort by the time they were made, within one call too."""

from __future__ import annotations

import os
import time
from uuid import UUID

import pytest

from core.ids import uuid7, uuid7s


def test_ids_of_one_call_are_distinct_and_ascend() -> None:
    before = time.time_ns() // 1_000_000
    ids = uuid7s(500)
    after = time.time_ns() // 1_000_000

    assert ids == sorted(set(ids))
    assert {(id_.version, id_.variant) for id_ in ids} == {(7, uuid7().variant)}
    assert {before <= id_.int >> 80 <= after for id_ in ids} == {True}


@pytest.mark.parametrize(("byte", "last"), [(0x00, "7000-8000-000000000000"), (0xFF, "7fff-bfff-ffffffffffff")])
def test_the_layout_of_rfc_9562(monkeypatch: pytest.MonkeyPatch, byte: int, last: str) -> None:
    monkeypatch.setattr(os, "urandom", lambda count: bytes([byte]) * count)
    monkeypatch.setattr(time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000)  # the moment of the RFC's own example, appendix A.6

    assert uuid7() == UUID(f"017f22e2-79b0-{last}")


def test_no_ids_are_no_ids() -> None:
    assert uuid7s(0) == []
