"""The ledger's own small world, for its log."""

from __future__ import annotations

import pytest

from tests.ledger_world import LedgerWorld


@pytest.fixture
def ledger(db: None) -> LedgerWorld:
    """An issuer with terms and a merchant."""
    return LedgerWorld().open()
