"""
Turn the public bank data of the PKDD'99 Discovery Challenge into files that two banks of an alliance could hand in.

    python -m tools.trial.pkdd99 FOLDER OUT --month 2026-08 --month 2026-09

FOLDER holds the challenge's own files (`client.asc`, `disp.asc`, `order.asc`, `district.asc`: semicolons, quotes, a header
line), or the tab-separated copy (`fin_client.tsv` and so on: no header, amounts divided by ten already).

The permanent orders of the accounts become events, one for each order and month, on behalf of the account's owner; all of
an account's orders leave on the same day of the month. Clients with an even number are customers of the first bank, the
others of the second. The same input gives the same output.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

BANKS: Final = ("EB", "WB")  # of even and of odd client numbers
BORN_IN: Final = 1900
FEMALE_MONTHS: Final = 50  # what a woman's birth number adds to the month
CROWNS_A_YUAN: Final = 10  # the original's crowns are read as tenths of a yuan, as the copy has them
MINOR_A_MAJOR: Final = 100
DAYS: Final = 28  # every month has them
OWNER: Final = frozenset({"OWNER", "VLASTNIK", "O"})
CATEGORIES: Final = {
    "SIPO": "household",
    "UVER": "loan",
    "POJISTNE": "insurance",
    "LEASING": "leasing",
    "HH": "household",
    "LO": "loan",
    "IN": "insurance",
    "LE": "leasing",
    "": "other",
}


class DataMissing(Exception):
    """The folder holds neither form of the data, or a file can't be read as one."""


@dataclass(frozen=True, slots=True)
class District:
    """Where a client lives: a neighborhood here; its region is a branch."""

    id: int
    name: str
    region: str

    @property
    def branch(self) -> str:
        """The branch's code."""
        return "-".join(self.region.upper().split())

    @property
    def neighborhood(self) -> str:
        """The neighborhood's code."""
        return f"D{self.id:02d}"


@dataclass(frozen=True, slots=True)
class Client:
    """A person the bank knows; the data has no names."""

    id: int
    born_on: date
    sex: str
    district: int

    @property
    def bank(self) -> str:
        """The bank whose customer the person is."""
        return BANKS[self.id % 2]

    @property
    def claim_code(self) -> str:
        """The one-time code the bank hands out; the person is invented, so anyone may know it."""
        return hashlib.sha256(f"checkout {self.id}".encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Order:
    """A permanent order: what leaves an account every month."""

    id: int
    account: int
    to_bank: str
    amount_minor: int
    category: str


@dataclass(frozen=True, slots=True)
class Data:
    """All that is taken from the challenge's files."""

    districts: Mapping[int, District]
    clients: Mapping[int, Client]
    owners: Mapping[int, int]  # account -> client
    orders: Sequence[Order]


def read_data(folder: Path) -> Data:
    """
    Read either form of the data.

    :raises DataMissing: if the folder holds neither, or a file has other columns.
    """
    try:
        if (folder / "order.asc").exists():
            return _read_original(folder)
        if (folder / "fin_order.tsv").exists():
            return _read_copy(folder)
    except (ValueError, KeyError, IndexError, ArithmeticError, OSError) as error:
        raise DataMissing(f"The data in {folder} can't be read: {error!r}.") from error
    raise DataMissing(f"{folder} holds neither order.asc nor fin_order.tsv.")


def write_files(data: Data, *, out: Path, months: Sequence[str]) -> None:
    """Write, for each bank, its people, and its events of each month; and the places of all."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "places.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("branch", "branch_name", "neighborhood", "neighborhood_name"))
        rows.writerows((place.branch, place.region, place.neighborhood, place.name) for place in data.districts.values())
    for bank in BANKS:
        (out / bank).mkdir(exist_ok=True)
        with (out / bank / "people.csv").open("w", newline="", encoding="utf-8") as file:
            people = csv.writer(file)
            people.writerow(("customer", "name", "branch", "neighborhood", "claim_code"))
            people.writerows(people_of(data, bank=bank))
        for month in months:
            with (out / bank / f"events-{month}.jsonl").open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in events_of(data, bank=bank, month=month))


def people_of(data: Data, *, bank: str) -> Iterator[tuple[str, str, str, str, str]]:
    """A bank's customers, as `import_residents` takes them."""
    for client in data.clients.values():
        if client.bank == bank:
            place = data.districts[client.district]
            yield str(client.id), f"Client {client.id}", place.branch, place.neighborhood, client.claim_code


def events_of(data: Data, *, bank: str, month: str) -> Iterator[dict[str, object]]:
    """A month of the orders of a bank's customers, as `import_events` takes them."""
    for order in data.orders:
        owner = data.clients[data.owners[order.account]]
        if owner.bank != bank:
            continue
        day, hour, minute = order.account % DAYS + 1, order.id % 24, order.id % 60
        yield {
            "specversion": "1.0",
            "id": f"ord-{order.id}-{month}",
            "source": f"urn:bank:{bank.lower()}:core",
            "type": "loan.repaid" if order.category == "loan" else "bill.paid",
            "subject": str(owner.id),
            "time": f"{month}-{day:02d}T{hour:02d}:{minute:02d}:00+08:00",
            "data": {
                "amount_minor": order.amount_minor,
                "currency": "CNY",
                "category": order.category,
                "counterparty_bank": order.to_bank,
                "channel": "standing_order",
            },
        }


def birth_of(number: str) -> tuple[date, str]:
    """
    The day and sex in a Czech birth number, `YYMMDD` with 50 added to a woman's month.

    :raises ValueError: if it is none.
    """
    year, month, day = int(number[:2]), int(number[2:4]), int(number[4:6])
    sex = "F" if month > FEMALE_MONTHS else "M"
    return date(BORN_IN + year, month - FEMALE_MONTHS if sex == "F" else month, day), sex


def _read_original(folder: Path) -> Data:
    def rows(name: str) -> Iterator[dict[str, str]]:
        with (folder / f"{name}.asc").open(newline="", encoding="latin-1") as file:
            yield from csv.DictReader(file, delimiter=";", quotechar='"')

    districts = [District(int(row["A1"]), row["A2"].strip(), _title(row["A3"])) for row in rows("district")]
    clients = [Client(int(row["client_id"]), *birth_of(row["birth_number"]), int(row["district_id"])) for row in rows("client")]
    owners = {int(row["account_id"]): int(row["client_id"]) for row in rows("disp") if row["type"].strip() in OWNER}
    orders = [
        Order(
            int(row["order_id"]),
            int(row["account_id"]),
            row["bank_to"].strip(),
            _minor(row["amount"], parts=CROWNS_A_YUAN),
            CATEGORIES[row["k_symbol"].strip()],
        )
        for row in rows("order")
    ]
    return _data(districts, clients, owners, orders)


def _read_copy(folder: Path) -> Data:
    def rows(name: str) -> Iterator[list[str]]:
        with (folder / f"fin_{name}.tsv").open(newline="", encoding="utf-8") as file:
            yield from csv.reader(file, delimiter="\t")

    districts = [District(int(row[0]), row[1].strip(), _title(row[2])) for row in rows("district")]
    clients = [Client(int(row[0]), date.fromisoformat(row[1]), row[2], int(row[3])) for row in rows("client")]
    owners = {int(row[2]): int(row[1]) for row in rows("disp") if row[3].strip() in OWNER}
    orders = [Order(int(row[0]), int(row[1]), row[2].strip(), _minor(row[4], parts=1), CATEGORIES[row[5].strip()]) for row in rows("order")]
    return _data(districts, clients, owners, orders)


def _data(districts: Sequence[District], clients: Sequence[Client], owners: Mapping[int, int], orders: Sequence[Order]) -> Data:
    return Data(
        districts={district.id: district for district in districts},
        clients={client.id: client for client in clients},
        owners=owners,
        orders=orders,
    )


def _minor(amount: str, *, parts: int) -> int:
    return int(Decimal(amount) * MINOR_A_MAJOR / parts)


def _title(region: str) -> str:
    """`south Bohemia` as `South Bohemia`: the two forms differ in capitals."""
    return " ".join(word[:1].upper() + word[1:] for word in region.split())


def main(arguments: Sequence[str] | None = None, *, say: Callable[[str], object] = print) -> int:
    """Convert what the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("folder", type=Path, help="the challenge's files")
    parser.add_argument("out", type=Path, help="where the banks' files are written")
    parser.add_argument("--month", action="append", required=True, help="YYYY-MM, may be given several times")
    options = parser.parse_args(arguments)
    try:
        data = read_data(options.folder)
    except DataMissing as problem:
        say(str(problem))
        return 2
    write_files(data, out=options.out, months=options.month)
    say(f"{len(data.clients):,} people, {len(data.orders):,} events a month, {len(data.districts)} districts written to {options.out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
