"""Who and what the demo neighborhood consists of, founded through the real services."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from branches.choices import Role
from branches.models import Alliance, Bank, Branch, Neighborhood
from branches.services import admit_bank, found_alliance, grant_role, open_branch, open_neighborhood
from core.clock import alliance_day, alliance_zone
from decisions.services import approve, carry_out
from earning.choices import RuleKind
from earning.services import activate_version, add_version, make_rule
from earning.services.rules import VersionTerms
from identity.demo import DEMO_PASSWORD
from identity.models import User
from identity.services import make_staff, system_actor
from issuing.services.terms import TERMS, ask_terms
from merchants.choices import Picture
from merchants.models import Cashier, Merchant, Outlet
from merchants.services import appoint_cashier, enroll_merchant, open_outlet

CASHIER_PHONE: Final = "+86139000020{number:02d}"
OWNER_PHONE: Final = "+8613900003001"
YUAN: Final = 100
WEEKDAYS: Final = 5
OPENING: Final = time(7)  # before the day's first receipt


@dataclass(frozen=True, slots=True)
class ShopSketch:
    """One shop: what it is paid, in points, and when it opens, as a share of the days that the demo lives."""

    name: str
    name_en: str
    picture: Picture
    prices: tuple[int, int]
    takings: tuple[int, int]  # of an ordinary day, over all its receipts
    opens_after: float = 0.0


@dataclass(frozen=True, slots=True)
class RuleSketch:
    """One earning rule of a bank."""

    code: str
    name: str
    name_en: str
    event_type: str
    kind: RuleKind
    points: int
    per_yuan: int | None = None
    event_cap: int | None = None
    day_cap: int | None = None
    delay_days: int = 0


BANKS: Final = {
    "EB": ("东城银行 East Bank", 12, {"EB-1": ("槐树街支行", "槐树街", "Locust Street"), "EB-2": ("钟楼支行", "钟楼", "Bell Tower")}),
    "WB": ("西城银行 West Bank", 6, {"WB-1": ("柳巷支行", "柳巷", "Willow Lane")}),
}
# What the West Bank's points of the first days are like: they end soon, so that the demo shows how points expire and come back.
LAUNCHING: Final = "WB"
LAUNCH_MONTHS: Final = 1
LAUNCH_DAYS: Final = 3
GRACE_DAYS: Final = 30
SHOPS: Final = {
    "EB-1": (
        ShopSketch("老街面包房", "Old Street Bakery", Picture.BAKERY, (1_000, 2_800), (5_000, 9_000)),
        ShopSketch("槐树书店", "Locust Tree Books", Picture.BOOKS, (1_600, 3_000), (4_200, 6_500), 0.4),
        ShopSketch("王记豆浆", "Wang's Soy Milk", Picture.SOY_MILK, (700, 2_000), (4_200, 6_500)),
        ShopSketch("小满花店", "Xiaoman Flowers", Picture.FLOWERS, (1_600, 3_000), (4_200, 6_500), 0.65),
    ),
    "EB-2": (
        ShopSketch("钟楼茶馆", "Bell Tower Teahouse", Picture.TEA, (1_200, 3_000), (4_200, 6_500), 0.4),
        ShopSketch("阿福理发", "A Fu Barber", Picture.BARBER, (2_000, 3_000), (4_200, 6_500), 0.65),
        ShopSketch("明光眼镜", "Mingguang Optician", Picture.GLASSES, (2_200, 3_000), (4_400, 6_500), 0.8),
        ShopSketch("向日葵洗衣", "Sunflower Laundry", Picture.LAUNDRY, (1_500, 3_000), (4_200, 6_000), 0.65),
    ),
    "WB-1": (
        ShopSketch("柳巷菜铺", "Willow Lane Greens", Picture.GREENS, (1_000, 2_900), (4_500, 8_000)),
        ShopSketch("安康药房", "Ankang Pharmacy", Picture.PHARMACY, (1_200, 3_000), (4_200, 6_500), 0.4),
        ShopSketch("李师傅修车", "Master Li's Bicycles", Picture.BICYCLE, (1_000, 3_000), (4_200, 6_000), 0.8),
        ShopSketch("半亩水果", "Half-Acre Fruit", Picture.FRUIT, (1_000, 2_900), (4_500, 7_500), 0.4),
    ),
}
OWNED: Final = (
    "老街面包房",
    "方老板",
    "EB-2",
    "老街面包房（钟楼店）",
    "Old Street Bakery, Bell Tower",
)  # a merchant of two outlets, with an owner who looks after both
RULES: Final = {
    "EB": (
        RuleSketch(
            "bills", "缴费积分", "Points for bills", "bill.paid", RuleKind.PER_AMOUNT, 4, per_yuan=1, event_cap=1_200, day_cap=1_500
        ),
        RuleSketch("signin", "每日登录", "Daily sign-in", "app.signin", RuleKind.FIXED, 20, day_cap=20),
        RuleSketch("welcome", "首次登录", "First sign-in", "app.joined", RuleKind.FIXED, 2_000),
    ),
    "WB": (
        RuleSketch(
            "transfers",
            "转账积分",
            "Points for transfers",
            "transfer.sent",
            RuleKind.PER_AMOUNT,
            20,
            per_yuan=100,
            event_cap=1_000,
            delay_days=7,
        ),
        RuleSketch("loans", "按时还款", "Loans repaid on time", "loan.repaid", RuleKind.PER_AMOUNT, 30, per_yuan=100, event_cap=1_000),
        RuleSketch("welcome", "首次登录", "First sign-in", "app.joined", RuleKind.FIXED, 2_000),
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


@dataclass(frozen=True, slots=True)
class Shop:
    """One outlet as the demo lives it: who stands at the till, what is paid there, and since when."""

    sketch: ShopSketch
    cashier: Cashier
    opens_on: date
    rests_on: int  # a day of the week, Monday being 0

    def is_open(self, day: date) -> bool:
        """Whether it trades on this day."""
        return day >= self.opens_on and day.weekday() != self.rests_on


@dataclass(slots=True)
class Places:
    """What was founded, by code."""

    alliance: Alliance
    banks: dict[str, Bank] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    neighborhoods: dict[str, Neighborhood] = field(default_factory=dict)
    shops: list[Shop] = field(default_factory=list)
    owner: list[Cashier] = field(default_factory=list)
    staff: dict[str, User] = field(default_factory=dict)


def found(*, since: date, days: int, at: datetime) -> Places:
    """Found the alliance with its banks, rules, branches, shops, cashiers and staff."""
    places = Places(found_alliance(actor=system_actor(), name="社区联盟 Neighborhood Alliance"))
    for code, (name, months, branches) in BANKS.items():
        first = LAUNCH_MONTHS if code == LAUNCHING else months
        bank = admit_bank(
            actor=system_actor(),
            alliance=places.alliance,
            code=code,
            name=name,
            months=first,
            grace_days=GRACE_DAYS,
            starts_on=since,
            at=at,
        )
        places.banks[code] = bank
        for branch_code, (branch_name, neighborhood, in_english) in branches.items():
            branch = open_branch(actor=system_actor(), bank=bank, code=branch_code, name=branch_name)
            places.branches[branch_code] = branch
            places.neighborhoods[branch_code] = open_neighborhood(
                actor=system_actor(), branch=branch, code=f"{branch_code}-N", name=neighborhood, name_en=in_english
            )
        for sketch in RULES[code]:
            _make_rule(bank, sketch, since=since, at=at)
    _appoint_staff(places, at=at)
    _end_the_launch(places, since=since, at=at)
    _open_shops(places, since=since, days=days)
    return places


def _make_rule(bank: Bank, sketch: RuleSketch, *, since: date, at: datetime) -> None:
    rule = make_rule(
        actor=system_actor(), bank=bank, code=sketch.code, name=sketch.name, name_en=sketch.name_en, event_type=sketch.event_type
    )
    terms = VersionTerms(
        kind=sketch.kind,
        points=sketch.points,
        starts_on=since,
        per_minor=sketch.per_yuan and sketch.per_yuan * YUAN,
        event_cap=sketch.event_cap,
        day_cap=sketch.day_cap,
        delay_days=sketch.delay_days,
    )
    activate_version(actor=system_actor(), version=add_version(actor=system_actor(), rule=rule, terms=terms, at=at), at=at)


def _end_the_launch(places: Places, *, since: date, at: datetime) -> None:
    """The bank's lasting terms, asked for by its manager and allowed by the operator."""
    _name, months, _branches = BANKS[LAUNCHING]
    asked = ask_terms(
        maker=places.staff["west-manager"],
        bank=places.banks[LAUNCHING],
        months=months,
        grace_days=GRACE_DAYS,
        starts_on=since + timedelta(days=LAUNCH_DAYS),
        reason="开业活动结束后的正式条款 The terms after the opening days",
        at=at,
    )
    approve(approval=asked, checker=places.staff["operator"], at=at)
    carry_out(approval_id=asked.pk, decision=TERMS, at=at).or_raise()


def _open_shops(places: Places, *, since: date, days: int) -> None:
    for branch_code, sketches in SHOPS.items():
        for sketch in sketches:
            opens_on = since + timedelta(days=int(days * sketch.opens_after))
            at = datetime.combine(opens_on, OPENING, tzinfo=alliance_zone())
            bank = places.branches[branch_code].bank
            merchant = enroll_merchant(actor=system_actor(), name=sketch.name, name_en=sketch.name_en, acquirer=bank, at=at)
            outlet = _open_outlet(places, merchant, branch_code, sketch, at=at)
            if sketch.name == OWNED[0]:
                _name, owner, second_branch, name, name_en = OWNED
                second = _open_outlet(places, merchant, second_branch, replace(sketch, name=name, name_en=name_en), at=at)
                places.owner = [
                    appoint_cashier(actor=system_actor(), outlet=one, phone=OWNER_PHONE, name=owner, at=at) for one in (outlet, second)
                ]


def _open_outlet(places: Places, merchant: Merchant, branch_code: str, sketch: ShopSketch, *, at: datetime) -> Outlet:
    outlet = open_outlet(
        actor=system_actor(),
        merchant=merchant,
        neighborhood=places.neighborhoods[branch_code],
        name=sketch.name,
        name_en=sketch.name_en,
        picture=sketch.picture,
        at=at,
    )
    phone = CASHIER_PHONE.format(number=len(places.shops) + 1)
    cashier = appoint_cashier(actor=system_actor(), outlet=outlet, phone=phone, name=f"{sketch.name}店员", at=at)
    places.shops.append(Shop(sketch, cashier, alliance_day(at), rests_on=len(places.shops) % WEEKDAYS))
    return outlet


def _appoint_staff(places: Places, *, at: datetime) -> None:
    for username, role, bank, branch, name in STAFF:
        user = make_staff(actor=system_actor(), at=at, username=username, password=DEMO_PASSWORD, name=name)
        at_branch = places.branches[branch] if branch else None
        of_bank = places.banks[bank] if bank else None
        places.staff[username] = user
        grant_role(actor=system_actor(), user=user, role=role, at=at, bank=of_bank, branch=at_branch)
