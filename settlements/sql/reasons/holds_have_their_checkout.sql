-- Each hold names the claim it is for, of that wallet at that merchant; a hold is let go by nothing but its deadline.
select 'transfer ' || t.id as what,
    format('a hold of wallet %s at merchant %s, for checkout %s of wallet %s', t.party_id, t.counterparty_id, c.id, c.wallet_id) as detail
from points_transfer t
left join redemptions_checkout c on c.id = case when t.facts ->> 'checkout' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (t.facts ->> 'checkout')::uuid end
left join merchants_outlet o on o.id = c.outlet_id
left join merchants_merchant m on m.id = o.merchant_id
where {wallets t.party_id} and t.reason = 'hold'
    and (t.party_id, t.counterparty_id, t.source, t.key)
        is distinct from (c.wallet_id, m.party_id, 'redemptions', 'hold:' || c.id)
union all
select 'transfer ' || t.id, format('hold %s was let go by %s', t.follows, t.key)
from points_transfer t
where {wallets t.party_id} and t.reason = 'release' and (t.source, t.key) is distinct from ('redemptions', 'overdue:' || t.follows)
