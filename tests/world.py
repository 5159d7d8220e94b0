"""Typed factories: a small world in which stories happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

from branches.choices import Role
from branches.models import Alliance, Bank, Branch, Neighborhood
from branches.services import admit_bank, found_alliance, grant_role, open_branch, open_neighborhood
from core.limits import CLAIM_CODE_AGE
from core.secrets import encrypt_text
from identity.models import User
from identity.services import make_staff, system_actor, user_with_phone
from merchants.models import Cashier, Merchant
from merchants.services import appoint_cashier, enroll_merchant, open_outlet
from points.parties import open_wallets
from points.posting import Earn, post_one
from points.queries import terms_on
from residents.claim_codes import code_hash, make_code
from residents.models import BankLink, ClaimCode, Resident
from residents.queries import customer_hash, customer_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINNING = datetime(2026, 3, 1, 0, 0, tzinfo=SHANGHAI)
TERMS_START = date(2026, 1, 1)
PASSWORD = "a-long-password-of-tests"

_numbers = count(1)


def moment(day: str, time: str = "12:00:00") -> datetime:
    """A moment in the alliance's time zone: `moment("2026-03-05", "10:00")`."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHANGHAI)


def somebody() -> User:
    """Who acts where a test doesn't care who does."""
    return system_actor()


def make_bank(*, code: str, name: str, alliance: Alliance | None = None, months: int = 12, grace_days: int = 30) -> Bank:
    """Make a bank with one branch (`<code>-1`) serving one neighborhood (`<code>-N1`)."""
    bank = admit_bank(
        actor=somebody(),
        alliance=alliance or found_alliance(actor=somebody(), name="Alliance"),
        code=code,
        name=name,
        months=months,
        grace_days=grace_days,
        starts_on=TERMS_START,
        at=BEGINNING,
    )
    make_branch(bank=bank, code=f"{code}-1")
    return bank


def make_branch(*, bank: Bank, code: str) -> Branch:
    """Make a branch serving one neighborhood."""
    branch = open_branch(actor=somebody(), bank=bank, code=code, name=f"Branch {code}")
    open_neighborhood(actor=somebody(), branch=branch, code=code.replace("-", "-N"), name=f"Neighborhood of {code}")
    return branch


def branch_of(bank: Bank) -> Branch:
    """The bank's first branch."""
    return bank.branches.order_by("pk")[0]


def neighborhood_of(bank: Bank) -> Neighborhood:
    """The neighborhood of the bank's first branch."""
    return branch_of(bank).neighborhoods.order_by("pk")[0]


def make_resident(*, links: Mapping[Bank, str], name: str = "", phone: str | None = None) -> Resident:
    """Make a resident with a wallet and these customer numbers, at each bank's first branch; claimed if a phone is given."""
    user = None if phone is None else user_with_phone(phone=phone, name=name)
    resident = Resident.objects.create(name=name, user=user, joined_at=BEGINNING, neighborhood=neighborhood_of(next(iter(links))))
    open_wallets([resident.wallet_id], at=BEGINNING)
    for bank, customer in links.items():
        make_link(resident=resident, bank=bank, customer=customer, branch=branch_of(bank))
    return resident


def make_link(*, resident: Resident, bank: Bank, customer: str, branch: Branch | None = None) -> BankLink:
    """Link a resident to a bank."""
    return BankLink.objects.create(
        resident=resident,
        bank=bank,
        branch=branch,
        customer_encrypted=encrypt_text(customer),
        customer_hash=customer_hash(bank_code=bank.code, customer=customer),
        made_at=BEGINNING,
        claimed_at=BEGINNING if resident.user_id else None,
    )


def letter_code(*, link: BankLink, at: datetime) -> str:
    """A claim code of the bank's letter, as if its file had brought it."""
    code = make_code()
    found = code_hash(bank_code=link.bank.code, customer=customer_of(link=link), code=code)
    ClaimCode.objects.create(link=link, code_hash=found, made_at=at, expires_at=at + CLAIM_CODE_AGE)
    return code


def give_points(
    *,
    resident: Resident,
    bank: Bank,
    points: int,
    at: datetime = BEGINNING,
    expires_on: date | None = None,
    available_on: date | None = None,
) -> None:
    """Let a bank give a resident points, straight in the ledger."""
    terms = terms_on(bank.issuer_id, at.astimezone(SHANGHAI).date())
    earn = Earn(
        wallet=resident.wallet_id,
        issuer=bank.issuer_id,
        terms=terms.id,
        points=points,
        key=f"given-{uuid4()}",
        expires_on=expires_on or terms.expires_on(at.astimezone(SHANGHAI).date()),
        available_on=available_on,
        effective_at=at,
    )
    assert post_one(earn, at=at).posted


def make_merchant(*, name: str, acquirer: Bank) -> Merchant:
    """Make a merchant with one outlet in the neighborhood of the bank's first branch."""
    merchant = enroll_merchant(actor=somebody(), name=name, acquirer=acquirer, at=BEGINNING)
    open_outlet(actor=somebody(), merchant=merchant, neighborhood=neighborhood_of(acquirer), name=name, at=BEGINNING)
    return merchant


def make_cashier(*, merchant: Merchant, phone: str | None = None, name: str = "Cashier") -> Cashier:
    """Make a cashier at the merchant's first outlet."""
    outlet = merchant.outlets.order_by("pk")[0]
    return appoint_cashier(actor=somebody(), outlet=outlet, phone=phone or f"+86139{next(_numbers):08d}", name=name, at=BEGINNING)


def make_staff_user(*, username: str, role: Role, bank: Bank | None = None, branch: Branch | None = None) -> User:
    """Make a member of staff with one role; signs in with `PASSWORD`."""
    user = make_staff(actor=somebody(), at=BEGINNING, username=username, password=PASSWORD, name=username)
    grant_role(actor=somebody(), user=user, role=role, bank=bank, branch=branch, at=BEGINNING)
    return user
