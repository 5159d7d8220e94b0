"""Who and what the demo neighborhood consists of, founded through the real services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from branches.choices import Role
from branches.models import Alliance, Bank, Branch, Neighborhood
from branches.services import admit_bank, found_alliance, grant_role, open_branch, open_neighborhood
from earning.choices import RuleKind
from earning.services import activate_version, add_version, make_rule
from earning.services.rules import VersionTerms
from identity.demo import DEMO_PASSWORD
from identity.models import User
from identity.services import make_staff
from merchants.choices import Picture
from merchants.models import Cashier
from merchants.services import appoint_cashier, enroll_merchant, open_outlet

CASHIER_PHONE: Final = "+86139000020{number:02d}"

BANKS: Final = {
    "EB": ("东城银行 East Bank", 12, {"EB-1": ("槐树街支行", "槐树街"), "EB-2": ("钟楼支行", "钟楼")}),
    "WB": ("西城银行 West Bank", 6, {"WB-1": ("柳巷支行", "柳巷")}),
}
SHOPS: Final = {
    "EB-1": (("老街面包房", Picture.BAKERY), ("槐树书店", Picture.BOOKS), ("王记豆浆", Picture.SOY_MILK), ("小满花店", Picture.FLOWERS)),
    "EB-2": (("钟楼茶馆", Picture.TEA), ("阿福理发", Picture.BARBER), ("明光眼镜", Picture.GLASSES), ("向日葵洗衣", Picture.LAUNDRY)),
    "WB-1": (("柳巷菜铺", Picture.GREENS), ("安康药房", Picture.PHARMACY), ("李师傅修车", Picture.BICYCLE), ("半亩水果", Picture.FRUIT)),
}
YUAN: Final = 100


@dataclass(frozen=True, slots=True)
class RuleSketch:
    """One earning rule of a bank."""

    code: str
    name: str
    event_type: str
    kind: RuleKind
    points: int
    per_yuan: int | None = None
    event_cap: int | None = None
    day_cap: int | None = None
    delay_days: int = 0


RULES: Final = {
    "EB": (
        RuleSketch("bills", "缴费积分", "bill.paid", RuleKind.PER_AMOUNT, 1, per_yuan=10, event_cap=200, day_cap=300),
        RuleSketch("signin", "每日登录", "app.signin", RuleKind.FIXED, 5, day_cap=5),
    ),
    "WB": (
        RuleSketch("transfers", "转账积分", "transfer.sent", RuleKind.PER_AMOUNT, 3, per_yuan=100, event_cap=150, delay_days=7),
        RuleSketch("loans", "按时还款", "loan.repaid", RuleKind.PER_AMOUNT, 2, per_yuan=100, event_cap=120),
    ),
}
STAFF: Final = (
    ("operator", Role.OPERATOR, None, None, "周敏"),
    ("auditor", Role.AUDITOR, None, None, "何正"),
    ("east-manager", Role.BANK_MANAGER, "EB", None, "林岚"),
    ("west-manager", Role.BANK_MANAGER, "WB", None, "高远"),
    ("east-branch", Role.BRANCH_MANAGER, "EB", "EB-1", "宋佳"),
    ("east-clerk", Role.CLERK, "EB", "EB-1", "陈晨"),
    ("west-clerk", Role.CLERK, "WB", "WB-1", "马骏"),
)


@dataclass(slots=True)
class Places:
    """What was founded, by code."""

    alliance: Alliance
    banks: dict[str, Bank] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    neighborhoods: dict[str, Neighborhood] = field(default_factory=dict)
    cashiers: list[Cashier] = field(default_factory=list)
    staff: list[User] = field(default_factory=list)


def found(*, since: date, at: datetime) -> Places:
    """Found the alliance with its banks, rules, branches, shops, cashiers and staff."""
    places = Places(found_alliance(name="社区联盟 Neighborhood Alliance"))
    for code, (name, months, branches) in BANKS.items():
        bank = admit_bank(alliance=places.alliance, code=code, name=name, months=months, grace_days=30, starts_on=since, at=at)
        places.banks[code] = bank
        for branch_code, (branch_name, neighborhood) in branches.items():
            branch = open_branch(bank=bank, code=branch_code, name=branch_name)
            places.branches[branch_code] = branch
            places.neighborhoods[branch_code] = open_neighborhood(branch=branch, code=f"{branch_code}-N", name=neighborhood)
        for sketch in RULES[code]:
            _make_rule(bank, sketch, since=since, at=at)
    _open_shops(places, at=at)
    _appoint_staff(places, at=at)
    return places


def _make_rule(bank: Bank, sketch: RuleSketch, *, since: date, at: datetime) -> None:
    rule = make_rule(bank=bank, code=sketch.code, name=sketch.name, event_type=sketch.event_type)
    terms = VersionTerms(
        kind=sketch.kind,
        points=sketch.points,
        starts_on=since,
        per_minor=sketch.per_yuan and sketch.per_yuan * YUAN,
        event_cap=sketch.event_cap,
        day_cap=sketch.day_cap,
        delay_days=sketch.delay_days,
    )
    activate_version(version=add_version(rule=rule, terms=terms, at=at), at=at)


def _open_shops(places: Places, *, at: datetime) -> None:
    for branch_code, shops in SHOPS.items():
        for name, picture in shops:
            merchant = enroll_merchant(name=name, acquirer=places.branches[branch_code].bank, at=at)
            neighborhood = places.neighborhoods[branch_code]
            outlet = open_outlet(merchant=merchant, neighborhood=neighborhood, name=name, picture=picture, at=at)
            phone = CASHIER_PHONE.format(number=len(places.cashiers) + 1)
            places.cashiers.append(appoint_cashier(outlet=outlet, phone=phone, name=f"{name}店员", at=at))


def _appoint_staff(places: Places, *, at: datetime) -> None:
    for username, role, bank, branch, name in STAFF:
        user = make_staff(username=username, password=DEMO_PASSWORD, name=name)
        at_branch = places.branches[branch] if branch else None
        of_bank = places.banks[bank] if bank else None
        places.staff.append(user)
        grant_role(user=user, role=role, at=at, bank=of_bank, branch=at_branch)
