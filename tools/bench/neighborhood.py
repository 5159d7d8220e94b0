"""A small demo neighborhood for screenshots and measurements in the browser: everybody in it who looks at pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from branches.models import Bank
from community.demo.people import Person, let_in
from community.demo.places import Places
from community.management.commands.demo import fill
from core.clock import alliance_day, now
from identity.models import User
from identity.queries import made_up_staff
from identity.services import send_code, system_actor, user_with_phone
from identity.visitors import Visitor
from merchants.models import Cashier
from merchants.queries import made_up_tills
from merchants.services import appoint_cashier, enroll_merchant, open_outlet
from points.choices import Reason
from points.log.checkpoints import make_checkpoint
from points.log.sealing import seal_all
from points.queries import history, spendable
from redemptions.models import Redemption
from redemptions.services import redeem_code, refund, undo
from residents.models import Resident
from residents.queries import made_up_residents
from residents.services import claim_link
from settlements.models import MerchantLine, MerchantStatement
from settlements.queries import statements_of_merchant
from settlements.services import close_day
from tools.bench.pages import Eyes
from tools.screens.till_states import new_code

BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
DAYS: Final = 30
PRICE: Final = 260


@dataclass(slots=True)
class Neighborhood:
    """Who looks, and the rows that addresses name."""

    users: dict[Eyes, User]
    rows: dict[str, object]
    admin_rows: Mapping[str, object] = field(default_factory=dict)


def settle_in(*, days: int = DAYS) -> Neighborhood:
    """Fill the database with the demo, let a few things happen now, and find everybody."""
    fill(days=days)
    till, links = made_up_tills(limit=2), made_up_residents(limit=40)
    resident = max((link.resident for link in links), key=_how_telling)
    kept = _take(till[0], resident, "kept")
    seal_all()
    make_checkpoint(at=now())
    undone, refunded, fresh = (_take(till[0], resident, key) for key in ("undone", "refunded", "fresh"))
    undo(cashier=till[0], receipt=undone.receipt, reason="买错了", key="back", at=now())
    refund(cashier=till[0], receipt=refunded.receipt, points=80, reason="退了一件", key="in-part", at=now())
    close_day(day=alliance_day(now()), at=now())  # its later lines have no proof yet
    assert resident.user
    newcomer = user_with_phone(phone="+8613700000001", name="新邻居")
    send_code(phone="+8613700000001", visitor=Visitor.new(network="bench"), at=now())
    users = {
        Eyes.RESIDENT: resident.user,
        Eyes.NEWCOMER: newcomer,
        Eyes.EMPTY: _someone_with_nothing(),
        Eyes.CASHIER: till[0].user,
        Eyes.NEW_TILL: _new_till(till[0]).user,
        Eyes.STAFF: made_up_staff(limit=1)[0],
    }
    rows = {**_rows(resident, till[0], kept, undone, fresh), "refunded": refunded.receipt}
    return Neighborhood(users=users, rows=rows, admin_rows=newest_rows(resident=resident))


def session_of(user: User) -> str:
    """The key of a session that this user is signed in with."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def newest_rows(*, resident: Resident) -> dict[str, object]:
    """One row of each kind that has an admin page, the newest."""
    found: dict[str, object] = {}
    for model in admin.site._registry:  # noqa: SLF001 - no public way to the registered pages
        label = model._meta.label_lower  # noqa: SLF001 - documented, for all its underscore
        newest = apps.get_model(label)._default_manager.order_by("-pk").values_list("pk", flat=True).first()  # noqa: SLF001
        if newest is not None:
            found[label] = newest
    found["points.transfer"] = f"{resident.wallet_id}~{history(resident.wallet_id, limit=1)[0].id}"
    return found


def _how_telling(resident: Resident) -> tuple[bool, int]:
    """A life with both earning and spending in it first, then much to spend and many lines."""
    moved = history(resident.wallet_id, limit=200)
    both = {Reason.EARN, Reason.REDEEM} <= {one.reason for one in moved}
    held = spendable(resident.wallet_id, at=now())
    return both and held > 4 * PRICE, held + 10 * len(moved)


def _take(till: Cashier, resident: Resident, key: str) -> Redemption:
    at = now()
    return redeem_code(cashier=till, code=new_code(resident, at=at), points=PRICE, key=key, at=at)


def _someone_with_nothing() -> User:
    """A customer who came today: linked, and nothing happened yet."""
    bank = Bank.objects.get(code="EB")
    person = Person(bank=bank.code, branch="EB-1", customer="9001", name="赵安", number=9001)
    let_in([person], places=Places(bank.alliance, banks={bank.code: bank}))
    user = user_with_phone(phone="+8613700000002", name=person.name)
    claim_link(user=user, bank=bank.code, customer=person.customer, code=person.claim_code, at=now())
    return user


def _new_till(like: Cashier) -> Cashier:
    named = {"name": "新开的小店", "name_en": "A New Little Shop"}
    merchant = enroll_merchant(**named, actor=system_actor(), acquirer=like.outlet.merchant.acquirer, at=now())
    outlet = open_outlet(**named, actor=system_actor(), merchant=merchant, neighborhood=like.outlet.neighborhood, at=now())
    return appoint_cashier(actor=system_actor(), outlet=outlet, phone="+8613700000003", name="店员", at=now())


def _rows(resident: Resident, till: Cashier, kept: Redemption, undone: Redemption, fresh: Redemption) -> dict[str, object]:
    today, statement = statements_of_merchant(merchant_id=till.outlet.merchant_id, limit=2)
    return {
        "earned": next(one.id for one in history(resident.wallet_id, limit=100) if one.reason == Reason.EARN),
        "line": kept.transfer_id,
        "receipt": kept.receipt,
        "undone": undone.receipt,
        "statement": statement.pk,
        "number": _numbers(statement)[0],
        "fresh_line": fresh.transfer_id,
        "fresh": fresh.receipt,
        "fresh_number": _numbers(today)[-1],
    }


def _numbers(statement: MerchantStatement) -> list[int]:
    return list(MerchantLine.objects.filter(statement=statement).order_by("number").values_list("number", flat=True))
