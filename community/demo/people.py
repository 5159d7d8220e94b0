"""The demo's two hundred residents: made up, the same each time, let in through the door that banks' files use."""

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

from community.demo.places import Places
from identity.services import user_with_phone
from residents.models import Resident
from residents.services import claim_link

FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国春梅志红文波宁欣怡子涵雨桐浩然思远"
RESIDENTS: Final = 200
CLAIMED: Final = 60  # as many use the app; the others earn all the same
RESIDENT_PHONE: Final = "+86138000010{number:02d}"
CLAIM_CODE: Final = "{number:08d}"


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


def people(dice: random.Random) -> list[Person]:
    """Two hundred customers, spread over the branches."""
    branches = ["EB-1", "EB-2", "WB-1", "WB-1"]
    return [
        Person(
            bank=branches[number % 4][:2],
            branch=branches[number % 4],
            customer=str(1001 + number),
            name=dice.choice(FAMILY) + "".join(dice.sample(GIVEN, dice.choice([1, 2, 2]))),
            number=number,
        )
        for number in range(RESIDENTS)
    ]


def let_in(everyone: Sequence[Person], *, places: Places) -> None:
    """Import each bank's customers from a file, as its staff would."""
    with TemporaryDirectory() as folder:
        for bank in places.banks:
            file = Path(folder) / f"residents-{bank}.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                rows = csv.writer(out)
                rows.writerow(["customer", "name", "branch", "neighborhood", "claim_code"])
                rows.writerows([p.customer, p.name, p.branch, f"{p.branch}-N", p.claim_code] for p in everyone if p.bank == bank)
            call_command("import_residents", str(file), bank=bank, verbosity=0, stdout=io.StringIO())


def claim_wallets(everyone: Sequence[Person], *, at: datetime) -> list[Resident]:
    """Let the first of them sign in by phone and claim their customer numbers."""
    residents = []
    for person in everyone[:CLAIMED]:
        user = user_with_phone(phone=RESIDENT_PHONE.format(number=person.number), name=person.name)
        link = claim_link(user=user, bank=person.bank, customer=person.customer, code=person.claim_code, at=at)
        residents.append(link.resident)
    return residents
