"""The books check, as every drill ends with it."""

from __future__ import annotations

from typing import Final

from points.audit.checks import LEDGER_CHECKS, Check, check_files, run_checks
from points.audit.scope import EVERYTHING, Scope
from points.log.books import CHECKS as LOG_CHECKS
from points.log.sealing import seal_all
from settlements.books import REASON_CHECKS, STATEMENT_CHECKS

# Some drills post to the ledger alone, for wallets that no resident has: nobody keeps a reason for these.
OF_RESIDENTS: Final = Scope({**EVERYTHING.words, "wallets": "{} in (select r.wallet_id from residents_resident r)"})


def what_drifted() -> list[str]:
    """Number what waits, run the whole books check, and return the drift it found; empty means the books are whole."""
    seal_all()
    checks: list[Check] = [*check_files([LEDGER_CHECKS, STATEMENT_CHECKS]), *check_files([REASON_CHECKS], scope=OF_RESIDENTS), *LOG_CHECKS]
    return [f"DRIFT {drift.check}: {drift.what}: {drift.detail}" for drift in run_checks(checks)]
