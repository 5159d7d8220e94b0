#!/usr/bin/env python3
"""
Count from the banks' files alone how many points each customer must have got, and compare with what the ledger posted.

    python3 tools/trial/count_points.py OUT TOTALS

OUT is the folder that `tools.trial.pkdd99` wrote; TOTALS is a CSV file `bank,customer,points` of what was posted. Standard
library only: nothing of the product is imported, and the rules stand here a second time, in the fewest words.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

# event type: points, for each full so many fen, at most an event, at most a customer and day
RULES = {
    "bill.paid": (1, 1_000, 80, 120),
    "loan.repaid": (3, 10_000, 15, 10**9),
}
WRONG = 2

Key = tuple[str, str]  # bank, customer


def count_points(out: Path) -> tuple[Counter[Key], Counter[str]]:
    """Points by customer; and how often each cap bit."""
    days: Counter[tuple[str, str, str, str]] = Counter()
    bites: Counter[str] = Counter()
    for path in sorted(out.glob("*/events-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            points, per_minor, event_cap, _day_cap = RULES[event["type"]]
            counted = event["data"]["amount_minor"] // per_minor * points
            bites["event"] += counted > event_cap
            days[path.parent.name, event["subject"], event["type"], event["time"][:10]] += min(counted, event_cap)
    totals: Counter[Key] = Counter()
    for (bank, customer, kind, _day), points in days.items():
        day_cap = RULES[kind][3]
        bites["day"] += points > day_cap
        totals[bank, customer] += min(points, day_cap)
    return totals, bites


def read_totals(path: Path) -> Counter[Key]:
    """What was posted, by customer."""
    with path.open(newline="", encoding="utf-8") as file:
        return Counter({(row["bank"], row["customer"]): int(row["points"]) for row in csv.DictReader(file)})


def main() -> int:
    """Compare; exit status 2 if any customer has other points than counted."""
    out, totals = Path(sys.argv[1]), Path(sys.argv[2])
    counted, bites = count_points(out)
    posted = read_totals(totals)
    wrong = sorted(key for key in counted.keys() | posted.keys() if counted[key] != posted[key])
    for key in wrong[:20]:
        print(f"{key[0]} {key[1]}: counted {counted[key]}, posted {posted[key]}")
    print(f"counted {counted.total():,} points of {len(+counted):,} customers; the cap per event bit {bites['event']:,} times,")
    print(f"the cap per day bit {bites['day']:,} times; posted {posted.total():,}; {len(wrong)} customers differ")
    return WRONG if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
