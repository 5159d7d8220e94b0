-- What was given back of a redemption is an undo or a refund of its receipt: as many points, at that moment, under that key.
with given as (
    select t.party_id, t.id, t.source, t.key, t.counterparty_id, t.follows, t.effective_at, t.recorded_at, t.facts,
        sum(p.points) as points
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason = 'reverse'
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9)
select 'transfer ' || g.id as what,
    format('%s points of %s given back; undo %s, refund %s of %s points; receipt %s', g.points, g.follows, u.id, f.id, f.points, r.number)
    as detail
from given g
left join redemptions_undo u on u.transfer_id = g.id
left join redemptions_refund f on f.transfer_id = g.id
left join redemptions_redemption r on r.number = coalesce(u.redemption_id, f.redemption_id)
left join merchants_outlet o on o.id = coalesce(u.outlet_id, f.outlet_id)
left join merchants_merchant m on m.id = o.merchant_id
where (u.id is null) = (f.id is null)
    or (g.party_id, g.follows, g.counterparty_id, g.source)
    is distinct from (r.wallet_id, r.transfer_id, m.party_id, 'redemptions')
    or g.facts <> jsonb_build_object('redemption', r.number)
    or (g.key, g.effective_at, g.recorded_at) is distinct from (
        case when f.id is null then format('undo:%s:%s', u.outlet_id, u.key) else format('refund:%s:%s', f.outlet_id, f.key) end,
        coalesce(u.undone_at, f.refunded_at), coalesce(u.undone_at, f.refunded_at))
    or g.points is distinct from case when f.id is not null then f.points
        else r.points - (select coalesce(sum(z.points), 0) from redemptions_refund z where z.redemption_id = r.number) end
    or coalesce(u.request_hash, f.request_hash) is distinct from sha256(convert_to(
        case when f.id is null then format('undo|%s|%s', r.number, u.reason)
            else format('refund|%s|%s|%s', r.number, f.points, f.reason) end, 'UTF8'))
