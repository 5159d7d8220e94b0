"""
Every fact of the ledger is tied to what another package keeps of it, both ways: by existence, points, parties and times.

A neighborhood lives through the services, and nothing drifts. Then a hand changes, makes up or takes away one side: the check
of everything finds it, and the check of what is new, with one exception that is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from branches.choices import Role
from branches.models import Bank
from core.clock import alliance_day
from core.errors import DomainError
from decisions.services import approve, carry_out, decline
from earning.cancellations import CancellationIn
from earning.choices import RuleKind
from earning.services import cancel_event
from earning.services.rules import VersionTerms
from identity.models import User
from issuing.services.suspension import LIFT_SUSPENSION, ask_lift, suspend_bank
from issuing.services.terms import TERMS, ask_terms
from merchants.models import Cashier
from points.audit.checks import SqlCheck
from points.audit.scope import EVERYTHING, ONLY_NEW, look_at, look_at_wallets
from points.expiry import expire_due, release_overdue
from points.models import Transfer
from points.posting import Capture, Earn, Gift, Hold, Redeem, Result, Reverse, Settle, give, merge, post_one, settle
from points.queries import last_sealed, parties_touched, terms_on
from redemptions.models import Redemption
from redemptions.services import redeem, redeem_code, refund, undo
from residents.choices import Correction
from residents.models import Resident
from residents.services import give_points
from residents.services.adjusting import ADJUSTMENT, ask_adjustment
from residents.services.merging import merge_residents
from settlements.books import REASON_CHECKS, check_everything, check_new
from settlements.models import IssuerLine
from settlements.services import close_day
from tests.corruption import undone_by_the_owner
from tests.earning.world import bill, bill_rule, make_active_rule, send
from tests.redemptions.world import phone_of, scanned
from tests.world import make_resident, make_staff_user, moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

BEGIN = moment("2026-03-01")
PAID = moment("2026-03-05")
AT = moment("2026-03-20")
LATER = moment("2026-03-21")

EARNS, RECEIPTS, HOLDS = "earns_have_their_award", "redemptions_have_their_receipt", "holds_have_their_checkout"
BACK, TAKEN = "givings_back_have_their_receipt", "clawbacks_have_their_cancellation"
APPROVED, GIFTS, MERGES = "corrections_have_their_approval", "gifts_have_their_row", "merges_have_their_residents"
EXPIRED, SETTLED, FACTS = "expiries_have_their_day", "settlements_have_their_line", "reasons_have_their_fact"
STATED = "declarations_have_their_deed"

# The owner himself is held back by a trigger.
LOOSE = "alter table decisions_approval disable trigger user; "
# What a hand could do to one side, and the check that finds it.
CORRUPTIONS = [
    # an earn and its award
    ("delete from earning_takenback; delete from earning_award where transfer_id is not null", EARNS),
    ("update earning_award set transfer_id = gen_random_uuid()", FACTS),
    ("update earning_award set points = points - 1 where points > 1", EARNS),
    ("update earning_award set counted = counted + 1", EARNS),
    ("update earning_award set points = points * 100, counted = counted * 100", EARNS),
    ("update earning_award set made_at = made_at + interval '1 second'", EARNS),
    (("insert into earning_award (event_id, version_id, transfer_id, points, counted, capped_by, refusal, made_at)"
     " select event_id, version_id, transfer_id, points, counted, capped_by, refusal, made_at from earning_award"), EARNS),
    ("update earning_event set wallet_id = gen_random_uuid()", EARNS),
    ("update earning_event set occurred_at = occurred_at - interval '1 second'", EARNS),
    ("update earning_event set amount_minor = amount_minor * 2", EARNS),
    ("update earning_event set bank_id = bank_id + 1", EARNS),
    ("alter table earning_ruleversion disable trigger user; update earning_ruleversion set points = points + 1", EARNS),
    ("alter table earning_ruleversion disable trigger user; update earning_ruleversion set number = number + 1", EARNS),
    ("delete from points_declaration where kind = 'rule'", EARNS),
    ("update points_transfer set key = key || 'x' where reason = 'earn'", EARNS),
    ("update points_transfer set source = 'x' where reason = 'earn'", EARNS),
    ("update points_posting set points = points + 1 where source_kind = 'issuance'", EARNS),
    ("update points_account set expires_on = expires_on + 1", EARNS),
    # a redemption and its receipt
    ("delete from redemptions_redemption", RECEIPTS),
    ("update redemptions_redemption set transfer_id = gen_random_uuid()", FACTS),
    ("update redemptions_redemption set points = points + 1", RECEIPTS),
    ("update redemptions_redemption set given_back = given_back + 1 where given_back < points", RECEIPTS),
    ("update redemptions_redemption set wallet_id = gen_random_uuid()", RECEIPTS),
    ("update redemptions_redemption set way = 'typed'", RECEIPTS),
    ("update redemptions_redemption set redeemed_at = redeemed_at + interval '1 second'", RECEIPTS),
    ("update redemptions_redemption set key = key || 'x'", RECEIPTS),
    ("update redemptions_redemption set request_hash = sha256('')", RECEIPTS),
    ("update redemptions_checkout set wallet_id = gen_random_uuid()", RECEIPTS),
    ("update merchants_merchant set party_id = gen_random_uuid()", RECEIPTS),
    ("update points_transfer set key = key || 'x' where reason = 'redeem'", RECEIPTS),
    ("update points_posting set points = points + 1 where target_kind = 'payable'", RECEIPTS),
    ("update points_refusal set outcome = 'wallet_frozen'", FACTS),
    ("update points_refusal set key = key || 'x'", FACTS),
    ("update redemptions_refusedredemption set key = key || 'x'", FACTS),
    # a hold and its checkout
    ("update points_transfer set facts = null where reason = 'hold'", HOLDS),
    ("update points_transfer set facts = '{\"checkout\": \"x\"}' where reason = 'hold'", HOLDS),
    ("update redemptions_checkout set wallet_id = gen_random_uuid()", HOLDS),
    ("update points_transfer set key = key || 'x' where reason = 'release'", HOLDS),
    ("update points_transfer set key = key || 'x' where reason = 'hold'", HOLDS),
    # what was given back
    ("delete from redemptions_refund", BACK),
    ("delete from redemptions_undo", BACK),
    ("update redemptions_refund set transfer_id = gen_random_uuid()", FACTS),
    ("update redemptions_undo set transfer_id = gen_random_uuid()", FACTS),
    ("update redemptions_refund set points = points + 1", BACK),
    ("update redemptions_refund set refunded_at = refunded_at + interval '1 second'", BACK),
    ("update redemptions_undo set undone_at = undone_at + interval '1 second'", BACK),
    ("update redemptions_undo set reason = 'Another'", BACK),
    ("update redemptions_refund set reason = 'Another'", BACK),
    ("update points_transfer set key = key || 'x' where reason = 'reverse'", BACK),
    # what was taken back
    ("delete from earning_takenback", TAKEN),
    ("delete from earning_takenback", FACTS),
    ("update earning_takenback set transfer_id = gen_random_uuid()", FACTS),
    ("update earning_takenback set points = points - 1", TAKEN),
    ("update earning_cancellation set points = points + 1", TAKEN),
    ("update earning_cancellation set cancelled_at = cancelled_at + interval '1 second'", TAKEN),
    ("update earning_cancellation c set event_id = (select e.id from earning_event e where e.id <> c.event_id limit 1)", TAKEN),
    ("update points_transfer set key = key || 'x' where reason = 'clawback'", TAKEN),
    ("update points_posting set points = points + 1 where target_kind = 'issuance'", TAKEN),
    # a correction and its approval
    (LOOSE + "delete from decisions_approval", APPROVED),
    (LOOSE + "update decisions_approval set payload = '{\"give\": 1}'", APPROVED),
    (LOOSE + "update decisions_approval set payload = '{\"give\": 10}' where payload = '{\"take\": 10}'", APPROVED),
    (LOOSE + "update decisions_approval set target_id = gen_random_uuid()", APPROVED),
    (LOOSE + "update decisions_approval set bank_id = (select max(id) from branches_bank where id <> bank_id)", APPROVED),
    (LOOSE + "update decisions_approval set state = 'refused', refusal = 'x' where state = 'done'", APPROVED),
    (LOOSE + "update decisions_approval set action = 'terms'", APPROVED),
    (LOOSE + "update decisions_approval set closed_at = closed_at + interval '1 second'", APPROVED),
    (LOOSE + "update decisions_approval set expires_at = closed_at where closed_at is not null", APPROVED),
    ("delete from points_declaration where kind = 'approval'", APPROVED),
    ("update points_transfer set key = gen_random_uuid() where reason = 'adjust'", APPROVED),
    ("update points_transfer set key = gen_random_uuid() where reason = 'adjust'", FACTS),
    ("update points_posting p set points = points + 1 from points_transfer t where t.id = p.transfer_id and t.reason = 'adjust'", APPROVED),
    # a gift and its row
    ("delete from residents_gift", GIFTS),
    ("update residents_gift set transfer_id = gen_random_uuid()", FACTS),
    ("update residents_gift set points = points + 1", GIFTS),
    ("update residents_gift set given_at = given_at + interval '1 second'", GIFTS),
    ("update residents_gift set giver_id = receiver_id, receiver_id = giver_id", GIFTS),
    ("update residents_gift set key = key || 'x'", GIFTS),
    ("update points_transfer set key = 'gift from nobody' where key like 'gift from %'", GIFTS),
    # a merge and its residents
    ("update residents_resident set successor_id = null, merged_at = null", MERGES),
    ("update residents_resident set merged_at = merged_at + interval '1 second'", MERGES),
    ("update points_transfer set key = 'merge:x' where key like 'merge:%'", MERGES),
    ("update points_wallet set successor_id = gen_random_uuid() where successor_id is not null", FACTS),
    ("update points_posting p set points = points + 100 from points_transfer t where t.id = p.transfer_id and t.key like 'passed on%'",
     MERGES),
    ("update points_transfer set key = 'passed on as ' || id where key like 'merge:%'", MERGES),
    ("update points_transfer set key = 'merge from ' || gen_random_uuid() where key like 'merge from %'", MERGES),
    # an expiry and its lot's day
    ("update points_transfer set effective_at = effective_at - interval '1 day' where reason = 'expire'", EXPIRED),
    ("update points_transfer set effective_at = effective_at + interval '1 day' where reason = 'expire'", EXPIRED),
    ("update points_transfer set recorded_at = effective_at - interval '1 second' where reason = 'expire'", EXPIRED),
    ("update points_transfer set key = 'x' where reason = 'expire'", EXPIRED),
    # a settlement and its line
    ("update points_transfer set key = 'x' where reason = 'settle'", SETTLED),
    ("update settlements_issuerline set points = points + 1", SETTLED),
    ("update points_posting set points = points + 1 where target_kind = 'retired'", SETTLED),
    # what an issuer stated, and the deed
    (LOOSE + "delete from decisions_approval where action = 'terms'", STATED),
    (LOOSE + "delete from decisions_approval where action = 'lift_suspension'", STATED),
    (LOOSE + "update decisions_approval set state = 'approved', closed_at = null where action = 'lift_suspension'", STATED),
    (LOOSE + "update decisions_approval set closed_at = closed_at + interval '1 second' where action = 'lift_suspension'", STATED),
    (LOOSE + "update decisions_approval set payload = '{\"months\": 99}' where action = 'terms'", STATED),
    (LOOSE + "update decisions_approval set payload = '{\"months\": 99}' where action = 'terms'", FACTS),
    (LOOSE + "update decisions_approval set closed_at = closed_at + interval '1 second' where action = 'terms'", STATED),
    (LOOSE + "update decisions_approval set action = 'unfreeze' where action = 'terms'", STATED),
    (LOOSE + "update decisions_approval set bank_id = bank_id + 1 where action = 'terms'", STATED),
    (LOOSE + "update decisions_approval set decided_at = decided_at + interval '1 second'", STATED),
    (LOOSE + "update decisions_approval set state = 'approved' where state = 'declined'", STATED),
    ("update points_terms set months = months + 1 where starts_on = (select max(starts_on) from points_terms)", STATED),
    ("delete from points_terms where starts_on = (select max(starts_on) from points_terms)", FACTS),
    ("update points_declaration set body = replace(body, '\"approved\"', '\"declined\"') where kind = 'approval'", STATED),
    ("update points_declaration set body = replace(body, 'terms', 'adjust') where kind = 'approval'", STATED),
    ("update points_declaration set subject = gen_random_uuid() where kind = 'approval'", STATED),
    ("delete from points_declaration where kind = 'approval'", FACTS),
    ("update points_declaration set recorded_at = recorded_at + interval '1 second' where kind = 'suspension'", STATED),
    ("delete from points_declaration where kind = 'suspension'", FACTS),
    ("delete from core_security_event where kind = 'issuer_suspended'", STATED),
    ("update core_security_event set actor_id = null where kind = 'issuer_suspended'", STATED),
    ("update core_security_event set about_id = 'x' where kind = 'issuer_suspended'", STATED),
]  # fmt: skip


def spend(resident: Resident, cashier: Cashier, points: int, key: str) -> Redemption:
    return redeem(cashier=cashier, checkout_id=scanned(resident, cashier, at=AT).pk, points=points, key=key, at=AT)


@pytest.fixture
def li(east: Bank) -> Resident:
    """Customer 1004 of East, whom nobody claimed."""
    return make_resident(links={east: "1004"}, name="Li")


@pytest.fixture
def town(
    mei: Resident,
    tom: Resident,
    zhang: Resident,
    li: Resident,
    east: Bank,
    bakery: Cashier,
    east_clerk: User,
    east_manager: User,
    west: Bank,
    operator: User,
) -> Iterator[None]:
    """Every kind of fact, each through the service that makes it, since a clean check."""
    assert check_everything(at=BEGIN).drifts == []
    bill_rule(east)
    for customer, event in (("1001", "e1"), ("1001", "e2"), ("1003", "e3"), ("1004", "e4")):
        send(east, bill(100_000, paid=PAID.replace(hour=int(event[1])), customer=customer, event_id=event), at=PAID)
    long_ago = VersionTerms(kind=RuleKind.FIXED, points=50, day_cap=50, starts_on=date(2025, 1, 1))
    make_active_rule(bank=east, code="OLD", event_type="old", terms=long_ago)
    send(east, bill(1, paid=moment("2025-02-10"), customer="1003", event_id="old")._replace(type="old"), at=moment("2025-02-10"))
    assert expire_due(at=PAID) == 1
    told = CancellationIn(cancellation_id="c1", event_id="e2", cancelled_at=AT, amount_minor=40_000)
    assert cancel_event(bank=east, cancellation=told, at=AT, origin="test").cancellation.points == 40

    spend(mei, bakery, 20, "k1")
    first, second = spend(mei, bakery, 10, "k2"), spend(li, bakery, 15, "k3")
    redeem_code(cashier=bakery, code=phone_of(zhang, at=AT).code(AT), points=5, key="k4", at=AT)
    refund(cashier=bakery, receipt=first.receipt, points=3, reason="Sour", key="r1", at=AT)
    undo(cashier=bakery, receipt=first.receipt, reason="Wrong", key="u1", at=AT)
    with pytest.raises(DomainError):
        spend(mei, bakery, 9_000, "k5")
    held = [hold(zhang, bakery, points) for points in (8, 6, 4)]
    captured = post_one(
        Capture(wallet=zhang.wallet_id, follows=held[0], points=7, key=f"redeem:{bakery.outlet_id}:captured", effective_at=AT), at=AT
    )
    keep_captured(zhang, captured)
    assert release_overdue(at=AT + timedelta(hours=1)) == 2

    give_points(giver=zhang, receiver=mei, points=9, key="g1", at=AT)
    for way, points in ((Correction.GIVE, 30), (Correction.TAKE, 10)):
        asked = ask_adjustment(clerk=east_clerk, link=mei.links.get(), way=way, points=points, reason="x", at=AT)
        given = approve(approval=asked, checker=east_manager, at=AT)
        carry_out(approval_id=given.pk, decision=ADJUSTMENT, at=AT + timedelta(minutes=1)).or_raise()
    with transaction.atomic():
        assert merge_residents(resident=li, into=tom, at=LATER) is None
    refund(cashier=bakery, receipt=second.receipt, points=4, reason="Sour", key="r2", at=LATER + timedelta(minutes=1))
    close_day(day=alliance_day(AT), at=moment("2026-03-21", "20:00"))
    decide_about_banks(east, west, east_manager, (operator, make_staff_user(username="second", role=Role.OPERATOR)))
    line = IssuerLine.objects.select_related("statement__bank", "merchant").get()
    paid = Settle(merchant=line.merchant.party_id, issuer=east.issuer_id, points=line.points, key=str(line.pk), effective_at=LATER)
    assert settle([paid], at=LATER)[0].posted
    yield
    connections["owner"].close()


def decide_about_banks(east: Bank, west: Bank, manager: User, operators: tuple[User, User]) -> None:
    """New terms, a suspension that is lifted, and a request that is declined."""
    asking, deciding = operators
    asked = ask_terms(maker=manager, bank=east, months=6, grace_days=20, starts_on=date(2027, 1, 1), reason="x", at=LATER)
    carry_out(approval_id=approve(approval=asked, checker=asking, at=LATER).pk, decision=TERMS, at=LATER + timedelta(minutes=1)).or_raise()
    suspend_bank(actor=asking, bank=west, at=LATER)
    for decide in (decline, approve):
        lift = ask_lift(maker=asking, bank=west, reason="Solved", at=LATER)
        decided = decide(approval=lift, checker=deciding, at=LATER)
    carry_out(approval_id=decided.pk, decision=LIFT_SUSPENSION, at=LATER + timedelta(minutes=2)).or_raise()


def hold(resident: Resident, cashier: Cashier, points: int) -> UUID:
    checkout = scanned(resident, cashier, at=AT).pk
    due, merchant = AT + timedelta(minutes=2), cashier.outlet.merchant.party_id
    asked = Hold(
        wallet=resident.wallet_id, merchant=merchant, points=points, due_at=due, key=f"hold:{checkout}", effective_at=AT,
        facts={"checkout": str(checkout)},
    )  # fmt: skip
    transfer_id = post_one(asked, at=AT).transfer_id
    assert transfer_id is not None
    return transfer_id


def keep_captured(resident: Resident, captured: Result) -> None:
    """No service captures a hold yet: the receipt that one would keep."""
    assert captured.transfer_id is not None
    held = Transfer.objects.get(id=str(Transfer.objects.get(id=captured.transfer_id).follows))
    assert held.facts is not None
    checkout = resident.checkouts.get(pk=held.facts["checkout"])
    Redemption.objects.create(
        checkout=checkout, way=checkout.way, outlet=checkout.outlet, cashier=checkout.cashier, resident=resident,
        wallet_id=resident.wallet_id, transfer_id=captured.transfer_id, points=7, key="captured", request_hash=bytes(32), redeemed_at=AT,
    )  # fmt: skip


def test_what_services_do_has_its_reasons(town: None) -> None:
    assert {reason for (reason,) in Transfer.objects.values_list("reason")} == {
        "earn", "redeem", "hold", "capture", "release", "reverse", "clawback", "expire", "gift", "merge", "adjust", "settle"
    }  # fmt: skip
    assert check_new(at=LATER).drifts == []
    assert check_everything(at=LATER).drifts == []


@pytest.mark.parametrize("scope", ["everything", "what is new"])
def test_each_side_is_held_against_the_other(town: None, scope: str) -> None:
    missed = []
    for statement, check in CORRUPTIONS:
        with undone_by_the_owner() as owner:
            owner.execute(statement)
            if scope == "what is new":
                look_at(after=0, upto=last_sealed(), day=None, day_number=0, since=BEGIN)
                look_at_wallets(parties_touched(after=0, upto=last_sealed()))
            asked = SqlCheck(REASON_CHECKS / f"{check}.sql", ONLY_NEW if scope == "what is new" else EVERYTHING)
            if not list(asked.run(using="default", advance=int)):
                missed.append((statement, check))

    assert missed == []
    assert check_everything(at=LATER).drifts == []


def test_every_check_has_something_it_must_find() -> None:
    assert {file.stem for file in REASON_CHECKS.glob("*.sql")} == {check for _statement, check in CORRUPTIONS}


WAYS = {"earn": EARNS, "redeem": RECEIPTS, "reverse": BACK, "hold": HOLDS, "gift": GIFTS, "merge": MERGES, "settle": SETTLED}


def by_the_login(way: str, resident: Resident, other: Resident, cashier: Cashier) -> Result:
    """Through the ways in that the login of the processes may call, with nothing behind it."""
    wallet, merchant = resident.wallet_id, cashier.outlet.merchant.party_id
    issuer = IssuerLine.objects.get().statement.bank.issuer_id
    common: dict[str, Any] = {"key": str(uuid4()), "effective_at": LATER}
    terms, expires_on = terms_on(issuer, LATER.date()).id, terms_on(issuer, LATER.date()).expires_on(LATER.date())
    spent = Redemption.objects.filter(wallet_id=wallet, given_back=0).order_by("pk")[0].transfer_id
    asked: dict[str, Callable[[], Result]] = {
        "earn": lambda: post_one(
            Earn(wallet=wallet, issuer=issuer, terms=terms, points=5_000_000, expires_on=expires_on, **common), at=LATER
        ),
        "redeem": lambda: post_one(Redeem(wallet=wallet, merchant=merchant, points=1, **common), at=LATER),
        "reverse": lambda: post_one(Reverse(wallet=wallet, follows=spent, points=1, **common), at=LATER),
        "hold": lambda: post_one(Hold(wallet=wallet, merchant=merchant, points=1, due_at=LATER, **common), at=LATER),
        "gift": lambda: give(Gift(wallet=wallet, to=other.wallet_id, points=1, **common), at=LATER),
        "merge": lambda: merge(wallet=other.wallet_id, into=wallet, key=common["key"], at=LATER),
        "settle": lambda: settle([Settle(merchant=merchant, issuer=issuer, points=1, **common)], at=LATER)[0],
    }
    return asked[way]()


def test_facts_that_nobody_asked_for_are_drift(town: None, mei: Resident, tom: Resident, bakery: Cashier) -> None:
    assert check_everything(at=LATER).drifts == []

    for way in WAYS:
        assert by_the_login(way, mei, tom, bakery).posted, way

    for ask in (check_new, check_everything):
        assert set(WAYS.values()) <= {drift.check for drift in ask(at=LATER).drifts}, ask.__name__
