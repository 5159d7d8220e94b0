"""
Post plain transfers with django-hordak: for each number read from standard input, so many; the rate goes to standard output.

One transfer at a time, each in a transaction of its own, as hordak's own `transfer_to` does it: from one income account to
a hundred liability accounts in turn.
"""

from __future__ import annotations

import sys
import time

import django
from django.core.management import call_command

HOLDERS = 100


def main() -> None:
    """Make the tables and accounts, then answer until standard input ends."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from hordak.models import Account
    from moneyed import Money

    source = Account.objects.create(name="issuance", code="1", type="IN", currencies=["CNY"])
    holders = [Account.objects.create(name=f"holder {n}", code=f"{n + 100}", type="LI", currencies=["CNY"]) for n in range(HOLDERS)]
    for line in sys.stdin:
        transfers = int(line)
        started = time.perf_counter()
        for number in range(transfers):
            source.transfer_to(holders[number % HOLDERS], Money(10, "CNY"))
        print(transfers / (time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    main()
