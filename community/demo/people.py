"""The demo's residents: made up, the same each time, let in through the door that banks' files use."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.management import call_command

from branches.models import Bank
from community.demo.places import Places
from core.channels.services import send_text
from identity.models import User
from identity.services import system_actor, user_with_phone
from residents.models import BankLink, Resident
from residents.queries import customer_hash
from residents.services import claim_link, send_claim_code

FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国春梅志红文波宁欣怡子涵雨桐浩然思远"
RESIDENTS: Final = 240
JOINING: Final = 200  # as many come to use the app, one after the other; the others earn all the same
JOINED_AT_ONCE: Final = 90
JOINED_BY: Final = 0.8  # the last of them has joined by then, as a share of the days
RESIDENT_PHONE: Final = "+8613800001{number:03d}"
CLAIM_CODE: Final = "{number:08d}"

# Those whom the sign-in page offers, by their number
EVERYDAY: Final = 0  # pays bills, spends at the baker's, and is a customer of both banks
SECOND_BANK: Final = 2  # the same person at the West Bank
EXPIRING: Final = 3  # got points back after they had expired: good for a week from now
COMING: Final = 7  # sent money three days ago
NEWCOMER: Final = 236  # known to the East Bank since yesterday, and not here yet


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up customer of one bank."""

    bank: str
    branch: str
    customer: str
    name: str
    number: int

    @property
    def claim_code(self) -> str:
        """The one-time code that the bank's file gives them."""
        return CLAIM_CODE.format(number=73_000_000 + self.number * 7919)

    @property
    def phone(self) -> str:
        """Where they get their messages."""
        return RESIDENT_PHONE.format(number=self.number)


def people(dice: random.Random) -> list[Person]:
    """The customers of both banks, spread over the branches."""
    branches = ["EB-1", "EB-2", "WB-1", "WB-1"]
    names = [dice.choice(FAMILY) + "".join(dice.sample(GIVEN, dice.choice([1, 2, 2]))) for _ in range(RESIDENTS)]
    names[SECOND_BANK] = names[EVERYDAY]
    return [
        Person(bank=branches[number % 4][:2], branch=branches[number % 4], customer=str(1001 + number), name=name, number=number)
        for number, name in enumerate(names)
    ]


def joining_days(*, days: int, most: int) -> dict[int, list[int]]:
    """Which numbers below `most` join on which day, the first day being 0; those whom the sign-in page offers come first."""
    first = [EVERYDAY, EXPIRING, COMING]
    others = [number for number in range(min(JOINING, most)) if number not in {*first, SECOND_BANK}]
    joining: dict[int, list[int]] = {0: [*first, *others[:JOINED_AT_ONCE]]}
    later = others[JOINED_AT_ONCE:]
    for place, number in enumerate(later):
        joining.setdefault(int(days * JOINED_BY * place / len(later)), []).append(number)
    return joining


def let_in(everyone: Sequence[Person], *, places: Places) -> None:
    """Import each bank's customers from a file, as its staff would."""
    with TemporaryDirectory() as folder:
        for bank in places.banks:
            file = Path(folder) / f"residents-{bank}.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                rows = csv.writer(out)
                rows.writerow(["customer", "name", "branch", "neighborhood", "claim_code", "phone"])
                rows.writerows([p.customer, p.name, p.branch, f"{p.branch}-N", *_way_to_claim(p)] for p in everyone if p.bank == bank)
            call_command("import_residents", str(file), bank=bank, verbosity=0, stdout=io.StringIO())


def _way_to_claim(person: Person) -> tuple[str, str]:
    """Claim code and phone in the file: only who isn't here yet gets their code by text; the others had a letter."""
    return ("", person.phone) if person.number == NEWCOMER else (person.claim_code, "")


def join(person: Person, *, at: datetime) -> Resident:
    """Let a customer sign in by phone for the first time and claim their number."""
    user = user_with_phone(phone=person.phone, name=person.name, at=at)
    return claim(person, user=user, at=at)


def claim(person: Person, *, user: User, at: datetime) -> Resident:
    """Let a user claim this customer number with the code of the bank's file."""
    return claim_link(user=user, bank=person.bank, customer=person.customer, code=person.claim_code, at=at).resident


def send_for(person: Person, *, bank: Bank, at: datetime) -> User:
    """Send a customer who isn't here yet a code to claim their number with."""
    link = BankLink.objects.get(bank=bank, customer_hash=customer_hash(bank_code=bank.code, customer=person.customer))
    send_text(phone=person.phone, text=f"{bank.name}：您的客户号是{person.customer}。", at=at)
    send_claim_code(actor=system_actor(), link=link, at=at)
    return user_with_phone(phone=person.phone, at=at)
