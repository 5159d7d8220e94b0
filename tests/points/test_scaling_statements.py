"""The statements that docs/scaling.md gives for partitions are run, and the ledger posts into parts as it did before."""

from __future__ import annotations

import re
from typing import Final

import pytest
from django.conf import settings
from django.db import connections

from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.log.sealing import seal_all
from tests.corruption import undone_by_the_owner
from tests.ledger_world import LedgerWorld

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)
DOCUMENT: Final = settings.BASE_DIR / "docs" / "scaling.md"
PARTS: Final = "select count(*) from pg_inherits where inhparent = 'public.points_posting'::regclass"


def test_the_ledger_works_cut_into_parts_by_the_documents_statements() -> None:
    ledger = LedgerWorld().open()
    wallet = ledger.wallet(100)
    (statements,) = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    statements = statements.replace(" to app;", f" to {settings.DATABASES['default']['USER']};")
    with undone_by_the_owner() as owner:
        owner.execute(statements)
        owner.execute(PARTS)
        assert owner.fetchone() == (16,)
        spent = ledger.redeem(wallet, 40, key="once")
        assert (spent.posted, ledger.redeem(wallet, 40, key="once").transfer_id) == (True, spent.transfer_id)
        assert ledger.redeem(wallet, 61).outcome.value == "insufficient_points"
        ledger.reverse(wallet, spent.transfer_id, 15)  # type: ignore[arg-type]
        ledger.capture(wallet, ledger.hold(wallet, 20), 5)
        ledger.give(wallet, ledger.wallet(2), 7)
        seal_all()

        assert run_checks(check_files([LEDGER_CHECKS]), using="owner") == []
    connections["owner"].close()
