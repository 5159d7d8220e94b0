"""
`python3 run.py bench`: measure, print `bench <name> <value> <unit>` lines, and keep them in `var/bench.json`.

`ONLY=<name>` measures one thing, by the name of a figure or of a file here; `ROUNDS=<n>` takes other than five rounds.
Figures with a gate are printed with it, and those that missed it once more at the end; the exit status says nothing of
them, since a shared machine may be slow.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final

from tools.bench.figures import Figure, keep
from tools.bench.place import scratch_place

MEASUREMENTS: Final = {  # by the module that measures, the figures it prints
    "import_vs_copy": ("import_rate", "copy_rate", "hordak_rate", "import_vs_copy", "import_vs_hordak"),
    "single_posts": ("pgbench_tpcb", "single_earn_rate", "single_redeem_rate", "single_earn", "single_redeem"),
    "crowds": ("hot_merchant_rate", "hot_merchant", "one_bank_rate", "one_bank"),
    "batches": ("earn_batches_rate", "earn_batches", "earn_batches_of_parallel_copy", "mixed_batches_rate", "mixed_batches"),
    "http_capture": (
        "http_capture",
        "http_capture_statements",
        *(f"http_{name}_{what}" for name in ("capture", "plain") for what in ("rate", "p50", "p99")),
    ),
    "capture_during_import": ("capture_alone_p99", "capture_beside_import_p99", "capture_during_import"),
    "tall_ledger": ("tall_post_ms", "tall_balance_ms", "tall_history_ms", "tall_post", "tall_balance", "tall_history"),
    "hand": ("hand_scan_to_green_p95", "hand_scan_to_green_p50"),
    "queries": ("page_queries_max",),
    "code_page": ("code_page_cold_p95", "code_page_cold_median", "home_weight"),
    "demo_fill": ("demo_fill",),
    "log": (
        *("log_batch_rate", "log_seal_rate", "log_seal_of_batch"),
        *("log_redeem_alone_rate", "log_redeem_sealed_rate", "log_price"),
        *("log_verifier_million", "log_proof_reads", "log_proof_tiles", "log_proof_ms"),
    ),
}
MODULES: Final = {
    **{name: module for module, names in MEASUREMENTS.items() for name in names},
    **{module: module for module in MEASUREMENTS},
}
USAGE_STATUS: Final = 2


def main() -> int:
    """Measure all, or what `ONLY` names."""
    only = os.environ.get("ONLY", "")
    if only and only not in MODULES:
        print(f"There is no measurement “{only}”. There are: {', '.join(MODULES)}.", file=sys.stderr)
        return USAGE_STATUS
    missed = []
    with scratch_place("bench"):
        for name in [MODULES[only]] if only else MEASUREMENTS:
            measure: Callable[[], list[Figure]] = import_module(f"tools.bench.{name}").measure
            figures = measure()
            assert {figure.name for figure in figures} <= set(MEASUREMENTS[name]), "ONLY takes every figure's name"
            keep(figures)
            for figure in figures:
                print(figure.line, flush=True)
            missed += [figure for figure in figures if not figure.passes]
    for figure in missed:
        print(f"gate missed: {figure.line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
