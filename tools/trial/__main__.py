"""
Try the whole loop on three months of a real bank's data (docs/trying-real-data.md says where to get it).

    python -m tools.trial FOLDER

Sets up an alliance of two banks in a database of its own, imports people and events by the management commands, lets
residents redeem over HTTP at merchants of the other bank, seals, closes the day, and checks every figure: points against
a count that knows nothing of the product, a second import, the books, the statements.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from tools.bench.place import ROOT, Place, scratch_place
from tools.trial import count_points
from tools.trial.errors import TrialFailed
from tools.trial.pkdd99 import BANKS, DataMissing, read_data, write_files

MONTHS: Final = 3
REDEEMERS: Final = 1_000
WRONG: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial; exit status 2 if anything is not as it has to be."""
    parser = argparse.ArgumentParser(description="Try the whole loop on three months of a real bank's data.")
    parser.add_argument("folder", type=Path, help="the bank's data, in either form that tools.trial.pkdd99 reads")
    parser.add_argument("--redeemers", type=int, default=REDEEMERS, help="how many residents redeem")
    options = parser.parse_args(arguments)
    if os.environ.get("DATABASE_URL"):
        print("The trial signs people in by the inbox, which only an embedded installation has: unset DATABASE_URL.", file=sys.stderr)
        return WRONG
    try:
        with scratch_place("trial") as place:
            _run(options.folder, place, redeemers=options.redeemers)
    except (DataMissing, TrialFailed) as problem:
        print(problem, file=sys.stderr)
        return WRONG
    return 0


def _run(folder: Path, place: Place, *, redeemers: int) -> None:
    from tools.trial import steps

    files = place.folder / "files"
    data = read_data(folder)
    months = last_months(steps.today(), MONTHS)
    write_files(data, out=files, months=months)
    print(f"data      {len(data.clients):,} customers, {len(data.orders):,} events a month, {len(data.districts)} districts")
    steps.set_up(files)
    people = [files / bank / "people.csv" for bank in BANKS]
    events = [files / bank / f"events-{month}.jsonl" for month in months for bank in BANKS]
    _import_all("import_residents", people)
    _import_all("import_events", events)
    _compare_with_count(files, steps.write_totals(files / "totals.csv"))
    _close(steps.today() - timedelta(days=1))
    steps.redeem(place.environment, files, redeemers=redeemers)
    steps.seal()
    _close(steps.today())
    _import_again(people, events)
    steps.compare_statements()
    _manage("check_books")
    print("books     check_books found no drift")


def last_months(day: date, number: int) -> list[str]:
    """The last full months before a day, oldest first, as `YYYY-MM`."""
    months: list[str] = []
    while len(months) < number:
        day = day.replace(day=1) - timedelta(days=1)
        months.append(f"{day:%Y-%m}")
    return months[::-1]


def _import_all(command: str, paths: Sequence[Path]) -> None:
    started = time.perf_counter()
    rows = 0
    for path in paths:
        _manage(command, str(path), "--bank", path.parent.name)
        rows += sum(1 for _line in path.open(encoding="utf-8")) - (path.suffix == ".csv")
    seconds = time.perf_counter() - started
    print(
        f"{command:16s} {rows:,} rows of {len(paths)} files in {seconds:.1f} s, {rows / seconds:,.0f} rows/s with the commands' own start"
    )


def _import_again(people: Sequence[Path], events: Sequence[Path]) -> None:
    from tools.trial import steps

    before = steps.fingerprint()
    for path in people:
        _manage("import_residents", str(path), "--bank", path.parent.name)
    for path in events:
        _manage("import_events", str(path), "--bank", path.parent.name)
    if steps.fingerprint() != before:
        raise TrialFailed("The second import changed something.")
    print("again     all files imported a second time: no row of residents, events, awards or the ledger changed")


def _close(day: date) -> None:
    from tools.trial import steps

    _manage("close_day", "--day", day.isoformat())
    print(steps.closed(day))


def _compare_with_count(files: Path, totals: Path) -> None:
    """Let the script that knows nothing of the product say whether the points are right."""
    counting = [sys.executable, "-I", str(Path(count_points.__file__)), str(files), str(totals)]
    done = subprocess.run(counting, capture_output=True, text=True, check=False)
    print(done.stdout.rstrip())
    if done.returncode != 0:
        raise TrialFailed(f"The points posted are not those counted. {done.stderr}")


def _manage(*arguments: str) -> str:
    """Run a management command as people do; what it says."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise TrialFailed(f"manage.py {arguments[0]} ended with status {done.returncode}: {done.stdout}")
    return done.stdout.rstrip()


if __name__ == "__main__":
    sys.exit(main())
