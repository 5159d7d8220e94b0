"""The count that knows nothing of the product: caps per event and per day, by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tools.trial import count_points

SCRIPT = Path(count_points.__file__)


def write_events(out: Path, bank: str, *rows: tuple[str, str, str, int]) -> None:
    (out / bank).mkdir(parents=True)
    lines = [
        json.dumps(
            {"id": str(number), "type": kind, "subject": customer, "time": f"{day}T10:00:00+08:00", "data": {"amount_minor": amount}}
        )
        for number, (customer, kind, day, amount) in enumerate(rows)
    ]
    (out / bank / "events-2026-10.jsonl").write_text("\n".join(lines))


def compare(out: Path, totals: str) -> subprocess.CompletedProcess[str]:
    (out / "totals.csv").write_text("bank,customer,points\n" + totals)
    command = [sys.executable, "-I", str(SCRIPT), str(out), str(out / "totals.csv")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_each_cap_is_counted(tmp_path: Path) -> None:
    write_events(
        tmp_path,
        "EB",
        ("2", "bill.paid", "2026-10-03", 24_520),  # 24
        ("2", "bill.paid", "2026-10-04", 99_999),  # 99 by amount, 80 an event
        ("2", "bill.paid", "2026-10-04", 50_000),  # 50 by amount, 40 left of 120
        ("2", "loan.repaid", "2026-10-04", 33_727),  # 9, a rule of its own
        ("4", "loan.repaid", "2026-10-05", 99_100),  # 27 by amount, 15 an event
    )

    totals, bites = count_points.count_points(tmp_path)

    assert totals == {("EB", "2"): 24 + 120 + 9, ("EB", "4"): 15}
    assert bites == {"event": 2, "day": 1}


def test_equal_totals_end_with_status_0_and_others_with_2(tmp_path: Path) -> None:
    write_events(tmp_path, "WB", ("1", "bill.paid", "2026-10-02", 24_520))

    same, other = compare(tmp_path, "WB,1,24\nWB,3,0\n"), compare(tmp_path, "WB,1,25\n")

    assert (same.returncode, same.stdout.splitlines()[-1]) == (0, "the cap per day bit 0 times; posted 24; 0 customers differ")
    assert (other.returncode, other.stdout.splitlines()[0]) == (2, "WB 1: counted 24, posted 25")


def test_it_imports_nothing_of_the_product() -> None:
    words = [line.split()[1] for line in SCRIPT.read_text().splitlines() if line.startswith(("import ", "from "))]

    assert set(words) <= set(sys.stdlib_module_names) | {"__future__"}
