-- Per issuer: issued and not taken back = in wallets (lots + held - arrears) + payable + breakage + retired.
with moved as (
    select issuer_id,
        sum(case when source_kind = 'issuance' then points when target_kind = 'issuance' then -points else 0 end) as issued,
        sum(case when target_kind in ('payable', 'breakage', 'retired', 'transit') then points else 0 end)
        - sum(case when source_kind in ('payable', 'breakage', 'retired', 'transit') then points else 0 end) as left_wallets
    from points_posting group by 1),
held as (
    select issuer_id, sum(case when kind = 'arrears' then -balance else balance end) as in_wallets
    from points_account group by 1)
select 'issuer ' || coalesce(m.issuer_id, h.issuer_id) as what,
    format('issued %s, in wallets %s, left wallets %s', m.issued, h.in_wallets, m.left_wallets) as detail
from moved m
full join held h on h.issuer_id = m.issuer_id
where coalesce(m.issued, 0) <> coalesce(h.in_wallets, 0) + coalesce(m.left_wallets, 0)
