"""Crowds at one place: all redemptions at one merchant against a thousand, all earns from one bank against ten."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import Final

from tools.bench.figures import Figure, Rounds
from tools.bench.ledger import Ledger, make_ledger, one_more_issuer
from tools.bench.single_posts import CLIENTS, SECONDS, earn, rate, redeem

WALLETS: Final = 5_000
MERCHANTS: Final = 1_000
BANKS: Final = 10
POINTS: Final = 1_000_000


def measure() -> list[Figure]:
    """Rates, and the crowd's share of the rate of those who spread."""
    many = make_ledger(wallets=WALLETS, merchants=MERCHANTS, points=POINTS)
    hot = replace(many, merchants=many.merchants[:1])
    one = one_more_issuer(many, points=1)
    ten = [one_more_issuer(replace(many, wallets=many.wallets[number::BANKS]), points=1) for number in range(BANKS)]
    rounds = Rounds.take(
        "crowds",
        {
            "hot": partial(rate, redeem, hot),
            "spread": partial(rate, redeem, many),
            "one": partial(rate, earn, one),
            "ten": partial(rate, partial(_earn_from_any, ten), many),
        },
    )
    parameters = {"clients": CLIENTS, "seconds": SECONDS, "wallets": WALLETS, "merchants": MERCHANTS, "banks": BANKS}
    return [
        Figure("hot_merchant_rate", rounds.median("hot"), "posts/s", parameters),
        Figure("hot_merchant", rounds.ratio("hot", to="spread"), "of_spread", parameters),
        Figure("one_bank_rate", rounds.median("one"), "posts/s", parameters),
        Figure("one_bank", rounds.ratio("one", to="ten"), "of_ten_banks", parameters),
    ]


def _earn_from_any(banks: list[Ledger], _ledger: Ledger) -> bool:
    return earn(random.choice(banks))
