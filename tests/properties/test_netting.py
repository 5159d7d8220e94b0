"""Whatever banks owe one another, netting settles it exactly, with few payments, and always in the same way."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from settlements.netting import payments

BANKS = "ABCDEFGH"
DEBTS = st.lists(
    st.tuples(st.sampled_from(BANKS), st.sampled_from(BANKS), st.integers(-(10**12), 10**12)),  # who owes whom; negative: given back
    max_size=40,
)


def positions_of(debts: list[tuple[str, str, int]]) -> dict[str, int]:
    net: Counter[str] = Counter()
    for issuer, acquirer, points in debts:
        if issuer != acquirer:
            net[issuer] -= points
            net[acquirer] += points
    return {bank: net[bank] for bank in sorted(net)}


@given(debts=DEBTS)
def test_every_position_is_settled_with_fewer_payments_than_positions(debts: list[tuple[str, str, int]]) -> None:
    net = positions_of(debts)
    made = payments(net)

    after = Counter(net)
    for payment in made:
        assert payment.amount_minor > 0
        assert payment.payer != payment.payee
        assert net[payment.payer] < 0 < net[payment.payee]  # nobody who is owed pays, nobody who owes is paid
        after[payment.payer] += payment.amount_minor
        after[payment.payee] -= payment.amount_minor
    assert sum(net.values()) == 0
    assert set(after.values()) <= {0}
    standing = sum(1 for amount in net.values() if amount)
    assert len(made) <= max(standing - 1, 0)
    assert len({(payment.payer, payment.payee) for payment in made}) == len(made)
    assert sum(payment.amount_minor for payment in made) == sum(amount for amount in net.values() if amount > 0)


@given(debts=DEBTS)
def test_the_same_positions_give_the_same_payments(debts: list[tuple[str, str, int]]) -> None:
    assert payments(positions_of(debts)) == payments(positions_of(debts[::-1]))
