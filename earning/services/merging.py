"""Two residents who became one have one day's cap: what was used of it goes along."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection

from residents.models import BankLink, Resident

# The rules of the person's banks lead to the rows: a wallet alone is in no index. Locked in the order of awards.
CARRY: Final = """
    with used as (
        select d.rule_id, d.wallet_id, d.day, d.points
        from earning_dayuse d join earning_rule r on r.id = d.rule_id
        where r.bank_id = any(%s) and d.wallet_id = %s
        order by d.rule_id, d.day
        for update of d),
    gone as (
        delete from earning_dayuse d using used u
        where d.rule_id = u.rule_id and d.wallet_id = u.wallet_id and d.day = u.day)
    insert into earning_dayuse as d (rule_id, wallet_id, day, points)
    select rule_id, %s, day, points from used order by rule_id, day
    on conflict (rule_id, wallet_id, day) do update set points = d.points + excluded.points"""


def carry_day_uses(*, resident: UUID, into: UUID) -> None:
    """Count for the survivor what a merged resident was given of each day's caps. Repeated, it changes nothing."""
    wallets = dict(Resident.objects.filter(pk__in=[resident, into]).values_list("pk", "wallet_id"))
    banks = list(BankLink.objects.filter(resident=into).values_list("bank_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(CARRY, [banks, wallets[resident], wallets[into]])
