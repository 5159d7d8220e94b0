"""Opening parties again changes nothing; terms are versions that never reach back."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from points.errors import TermsReachBack, UnknownTerms
from points.parties import add_terms, open_issuer, open_merchant, open_wallets
from points.queries import terms_of_issuer, terms_on
from tests.ledger_world import NOON, LedgerWorld, facts

APRIL = date(2026, 4, 1)


def test_opening_again_changes_nothing(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    before = facts()

    open_wallets([wallet, wallet], at=NOON)
    open_issuer(ledger.issuer, at=NOON)
    open_merchant(ledger.merchant, at=NOON)

    assert facts() == before


def test_the_same_terms_again_are_the_same_version(ledger: LedgerWorld) -> None:
    again = add_terms(issuer=ledger.issuer, months=12, grace_days=30, starts_on=date(2026, 1, 1), at=NOON)

    assert again == ledger.terms
    assert len(terms_of_issuer(ledger.issuer)) == 1


def test_later_terms_hold_from_their_day_on(ledger: LedgerWorld) -> None:
    later = add_terms(issuer=ledger.issuer, months=6, grace_days=30, starts_on=APRIL, at=NOON)

    assert terms_on(ledger.issuer, date(2026, 3, 31)).id == ledger.terms
    assert terms_on(ledger.issuer, APRIL).id == later
    assert terms_on(ledger.issuer, date(2025, 1, 1)).id == ledger.terms


@pytest.mark.parametrize("starts_on", [date(2026, 1, 1), date(2025, 6, 1), date(2026, 3, 19)])
def test_terms_never_reach_back(ledger: LedgerWorld, starts_on: date) -> None:
    with pytest.raises(TermsReachBack):
        add_terms(issuer=ledger.issuer, months=1, grace_days=30, starts_on=starts_on, at=NOON)

    assert len(terms_of_issuer(ledger.issuer)) == 1


def test_terms_expire_on_the_last_day_of_the_month(ledger: LedgerWorld) -> None:
    terms = terms_on(ledger.issuer, APRIL)

    assert terms.expires_on(date(2026, 3, 5)) == date(2027, 3, 31)
    assert terms.expires_on(date(2026, 2, 27)) == date(2027, 2, 28)
    assert terms.expires_on(date(2027, 2, 1)) == date(2028, 2, 29)
    assert terms.expires_on(date(2026, 12, 31)) == date(2027, 12, 31)


def test_an_issuer_without_terms_says_so(db: None) -> None:
    with pytest.raises(UnknownTerms):
        terms_on(uuid4(), APRIL)
