-- Each redemption, and each hold that was captured, has its receipt: of that wallet, at that merchant, as many points, at that
-- moment, under the till's own key, after a checkout of the same resident; and what was given back since is counted on it.
with spent as (
    select t.party_id, t.id, t.reason, t.source, t.key, t.counterparty_id, t.effective_at, t.recorded_at, t.facts,
        sum(p.points) filter (where p.target_kind = 'payable') as points
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason in ('redeem', 'capture')
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9)
select 'transfer ' || s.id as what,
    format('%s points of wallet %s at merchant %s; receipt %s: %s of wallet %s at %s',
        s.points, s.party_id, s.counterparty_id, r.number, r.points, r.wallet_id, m.party_id) as detail
from spent s
left join redemptions_redemption r on r.transfer_id = s.id
left join redemptions_checkout c on c.id = r.checkout_id
left join residents_resident w on w.id = r.resident_id
left join merchants_outlet o on o.id = r.outlet_id
left join merchants_merchant m on m.id = o.merchant_id
where (s.party_id, s.points, s.counterparty_id, s.recorded_at, s.source)
    is distinct from (r.wallet_id, r.points, m.party_id, r.redeemed_at, 'redemptions')
    or (w.wallet_id, c.wallet_id, c.resident_id, c.outlet_id, c.cashier_id, c.way)
    is distinct from (r.wallet_id, r.wallet_id, r.resident_id, r.outlet_id, r.cashier_id, r.way)
    or s.key is distinct from format('redeem:%s:%s', r.outlet_id, r.key)
    or s.reason = 'redeem' and (s.effective_at is distinct from r.redeemed_at
        or s.facts <> jsonb_build_object('checkout', c.id)
        or r.request_hash is distinct from case when starts_with(c.key, 'redeem/') then c.request_hash
            else sha256(convert_to(format('checkout|%s|%s', c.id, r.points), 'UTF8')) end)
    or r.given_back is distinct from coalesce((
        select sum(q.points)
        from points_transfer g
        join points_posting q on q.party_id = g.party_id and q.transfer_id = g.id
        where g.party_id = s.party_id and g.follows = s.id and g.reason = 'reverse'), 0)
