"""The steps of the trial on real data that need the product's own code, and the SQL that checks them."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.db import connection

from branches.models import Alliance, Bank, Neighborhood
from branches.services import admit_bank, found_alliance, open_branch, open_neighborhood
from core.clock import alliance_day, now
from core.progress import bar
from identity.services import system_actor
from merchants.services import appoint_cashier, enroll_merchant, open_outlet
from points.log.sealing import seal_all
from residents.models import BankLink
from residents.queries import customer_of
from tools.bench.browser import Browser
from tools.bench.load import percentile
from tools.bench.phones import become_resident, sign_in, take_points
from tools.bench.servers import web_server
from tools.bench.world import first_day, per_amount_rule
from tools.trial.errors import TrialFailed
from tools.trial.pkdd99 import BANKS

NAMES: Final = {"EB": ("East Bank", 12), "WB": ("West Bank", 6)}  # name, months until points expire
TILLS: Final = 8  # of each bank's merchants, one at each; each is served by a thread
SHARE: Final = 2  # a resident spends half of what may be spent

EARNED = """
    select coalesce(sum(p.points), 0) from points_posting p
    where p.party_id = %s and p.source_kind = 'issuance' and p.issuer_id = %s"""
FINGERPRINT = """
    select {table!r}, count(*), md5(string_agg(md5(t::text), '' order by md5(t::text))) from {table} t"""
UNCHANGED: Final = (
    "residents_resident",
    "residents_banklink",
    "earning_event",
    "earning_award",
    "earning_dayuse",
    "points_account",
    "points_transfer",
    "points_posting",
    "points_refusal",
)
POSTED_BY_MERCHANT = """
    select m.name, p.issuer_id, sum(p.points)::bigint
    from points_posting p join merchants_merchant m on m.party_id = p.target_id
    where p.target_kind = 'payable' group by 1, 2 order by 1, 2"""
STATED_BY_MERCHANT = """
    select m.name, b.issuer_id, sum(part.points)::bigint
    from settlements_merchantlinepart part
    join settlements_merchantline line on line.number = part.line_id
    join settlements_merchantstatement s on s.id = line.statement_id
    join merchants_merchant m on m.id = s.merchant_id
    join branches_bank b on b.id = part.issuer_id
    group by 1, 2 order by 1, 2"""
STATED_BY_ISSUER = """
    select b.code, s.points, s.own_minor, s.away_minor, s.fee_minor
    from settlements_issuerstatement s join branches_bank b on b.id = s.bank_id order by 1"""
CLOSED = """
    select d.number_after, d.number_upto, (select count(*) from settlements_merchantstatement s where s.day_id = d.day)
    from settlements_businessday d where d.day = %s"""
PAID = """
    select payer.code, payee.code, p.amount_minor
    from settlements_netpayment p
    join branches_bank payer on payer.id = p.payer_id join branches_bank payee on payee.id = p.payee_id"""


class Customer(NamedTuple):
    """A row of a bank's file of people."""

    bank: str
    number: str
    claim_code: str


@dataclass(slots=True)
class Till:
    """A cashier's phone; residents of the other bank stand in line before it."""

    bank: str
    phone: str
    line: list[Customer] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    points: int = 0


def set_up(files: Path) -> None:
    """The alliance, two banks with terms and rules, branches and neighborhoods, merchants with outlets and cashiers."""
    alliance = found_alliance(actor=system_actor(), name="Alliance")
    with (files / "places.csv").open(newline="", encoding="utf-8") as file:
        places = list(csv.DictReader(file))
    for code, (name, months) in NAMES.items():
        bank = _open_bank(alliance, code, name, months, places)
        per_amount_rule(bank, code="BILLS", event_type="bill.paid", points=1, per_minor=1_000, event_cap=80, day_cap=120)
        per_amount_rule(bank, code="LOANS", event_type="loan.repaid", points=3, per_minor=10_000, event_cap=15, day_cap=None)
    branches = len({place["branch"] for place in places})
    print(f"world     2 banks, each with {branches} branches, {len(places)} neighborhoods and {TILLS} merchants")


def today() -> date:
    """The alliance's day."""
    return alliance_day(now())


def write_totals(path: Path) -> Path:
    """What the ledger posted for each customer, as the counting script reads it."""
    links = BankLink.objects.select_related("bank", "resident").order_by("pk")
    with path.open("w", newline="", encoding="utf-8") as file, connection.cursor() as cursor:
        rows = csv.writer(file)
        rows.writerow(("bank", "customer", "points"))
        for link in links.iterator(chunk_size=1_000):
            cursor.execute(EARNED, [str(link.resident.wallet_id), str(link.bank.issuer_id)])
            rows.writerow((link.bank.code, customer_of(link=link), cursor.fetchone()[0]))
    return path


def redeem(environment: Mapping[str, str], files: Path, *, redeemers: int) -> None:
    """Let residents sign in, checkout their number, enroll their phone, and spend half of their points at the other bank's merchants."""
    tills = [Till(bank, _till_phone(bank, number)) for bank in BANKS for number in range(TILLS)]
    queue_up(tills, _with_points(files)[:redeemers])
    started = time.perf_counter()
    with (
        web_server(environment) as port,
        bar(label="residents", total=sum(len(till.line) for till in tills), unit=" redeemed") as progress,
        ThreadPoolExecutor(TILLS) as threads,
    ):
        lock = threading.Lock()

        def moved() -> None:
            with lock:
                progress.update()

        for done in [threads.submit(_serve, port, number, till, moved) for number, till in enumerate(tills)]:
            done.result()
    seconds = time.perf_counter() - started
    _report(tills, seconds)


def queue_up(tills: Sequence[Till], customers: Sequence[Customer]) -> None:
    """Send each customer to a till of the other bank, in turn."""
    for bank in BANKS:
        others = [till for till in tills if till.bank != bank]
        for place, customer in enumerate(one for one in customers if one.bank == bank):
            others[place % len(others)].line.append(customer)


def seal() -> None:
    """Number all that is committed, as the sealer does each second."""
    started = time.perf_counter()
    sealed = seal_all()
    print(f"sealed    {sealed:,} facts, {sealed / (time.perf_counter() - started):,.0f} a second")


def fingerprint() -> list[tuple[Any, ...]]:
    """Rows and their digest, of every table that an import of known files must leave as it is."""
    with connection.cursor() as cursor:
        rows = []
        for table in UNCHANGED:
            cursor.execute(FINGERPRINT.format(table=table))
            rows.append(cursor.fetchone())
        return rows


def closed(day: date) -> str:
    """What a closed day holds."""
    ((after, upto, merchants),) = _all(CLOSED, [day])
    return f"closed    numbers {after + 1:,} to {upto:,} of the ledger, {merchants} merchant statements"


def compare_statements() -> None:
    """
    Statements are the postings, merchant by merchant and issuer by issuer.

    :raises TrialFailed: if not.
    """
    posted, stated = _all(POSTED_BY_MERCHANT), _all(STATED_BY_MERCHANT)
    if posted != stated:
        raise TrialFailed("The merchant statements are not the postings.")
    issuers = _all(STATED_BY_ISSUER)
    if sum(row[1] for row in issuers) != sum(points for _merchant, _issuer, points in posted):
        raise TrialFailed("The issuer statements are not the postings.")
    print(f"statements of {len({row[0] for row in stated})} merchants equal the postings: {sum(row[2] for row in stated):,} points")
    for code, points, own, away, fee in issuers:
        owed = f"{away / 100:,.2f} yuan at the other bank's merchants, {own / 100:,.2f} at its own, fee {fee / 100:,.2f}"
        print(f"issuer    {code}: {points:,} points, {owed}")
    for payer, payee, amount in _all(PAID):
        print(f"netting   {payer} pays {payee} {amount / 100:,.2f} yuan")


def _open_bank(alliance: Alliance, code: str, name: str, months: int, places: Sequence[Mapping[str, str]]) -> Bank:
    at = now()
    bank = admit_bank(
        actor=system_actor(), alliance=alliance, code=code, name=name, months=months, grace_days=30, starts_on=first_day(), at=at
    )
    branches = {place["branch"]: place["branch_name"] for place in places}
    opened = {branch: open_branch(actor=system_actor(), bank=bank, code=branch, name=words) for branch, words in branches.items()}
    served = [
        open_neighborhood(actor=system_actor(), branch=opened[place["branch"]], code=place["neighborhood"], name=place["neighborhood_name"])
        for place in places
    ]
    for number in range(TILLS):
        _open_till(bank, served[number % len(served)], number)
    return bank


def _open_till(bank: Bank, neighborhood: Neighborhood, number: int) -> None:
    at = now()
    merchant = enroll_merchant(actor=system_actor(), name=f"{bank.code} merchant {number + 1}", acquirer=bank, at=at)
    outlet = open_outlet(
        actor=system_actor(), merchant=merchant, neighborhood=neighborhood, name=f"{neighborhood.name} {number + 1}", at=at
    )
    appoint_cashier(actor=system_actor(), outlet=outlet, phone=_till_phone(bank.code, number), name=f"Cashier {number + 1}", at=at)


def _till_phone(bank: str, number: int) -> str:
    return f"+86139{BANKS.index(bank)}{number:07d}"


def _with_points(files: Path) -> list[Customer]:
    """Customers with points to spend, both banks in turn, each in the order of its file."""
    with (files / "totals.csv").open(newline="", encoding="utf-8") as file:
        rich = {(row["bank"], row["customer"]) for row in csv.DictReader(file) if int(row["points"]) > SHARE}
    by_bank = [list(_customers(files, bank, rich)) for bank in BANKS]
    return [customer for customer in chain.from_iterable(zip_longest(*by_bank)) if customer is not None]


def _customers(files: Path, bank: str, rich: set[tuple[str, str]]) -> Iterator[Customer]:
    with (files / bank / "people.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (bank, row["customer"]) in rich:
                yield Customer(bank, row["customer"], row["claim_code"])


def _serve(port: int, number: int, till: Till, moved: Any) -> None:
    """One till's day: its cashier signs in, then each resident in line does all that a resident does."""
    browser = Browser(port, address=f"127.1.0.{number + 1}")
    sign_in(browser, till.phone)
    for place, customer in enumerate(till.line):
        phone = Browser(port, address=f"127.2.{number + 1}.{place % 250 + 1}")
        sign_in(phone, f"+86138{number:02d}{place:06d}")
        device = become_resident(phone, bank=customer.bank, customer=customer.number, code=customer.claim_code)
        shown = device.code_at(time.time())
        started = time.perf_counter()
        receipt = take_points(browser, shown=shown, share=SHARE, key=f"{number}-{place}")
        till.seconds.append(time.perf_counter() - started)
        till.points += receipt["points"]
        phone.close()
        moved()
    browser.close()


def _report(tills: Sequence[Till], seconds: float) -> None:
    times = [each for till in tills for each in till.seconds]
    points = sum(till.points for till in tills)
    print(
        f"redeemed  {len(times):,} residents, {points:,} points in {seconds:.0f} s, each with sign-in, claim of the number and enrollment;"
        f" scan and redemption {percentile(times, 0.5) * 1000:.0f} ms (p50), {percentile(times, 0.99) * 1000:.0f} ms (p99), {TILLS} at once"
    )


def _all(statement: str, arguments: Sequence[date] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(arguments))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
