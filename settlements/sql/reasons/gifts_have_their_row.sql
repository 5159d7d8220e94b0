-- Both transfers of a gift have the row that says who gave whom how many points, and when.
with moved as (
    select t.party_id, t.id, t.source, t.key, t.counterparty_id, t.effective_at, t.recorded_at, sum(p.points) as points,
        bool_and(p.target_kind = 'transit') as sent
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason = 'gift'
    group by 1, 2, 3, 4, 5, 6, 7)
select 'transfer ' || m.id as what,
    format('%s points between wallets %s and %s; gift %s of %s points from %s to %s',
        m.points, m.party_id, m.counterparty_id, g.id, g.points, f.wallet_id, r.wallet_id) as detail
from moved m
left join residents_gift g on g.transfer_id = case when m.sent then m.id
    when m.key ~ '^gift from [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then substr(m.key, 11)::uuid end
left join residents_resident f on f.id = g.giver_id
left join residents_resident r on r.id = g.receiver_id
where (m.party_id, m.counterparty_id, m.points, m.source, m.effective_at, m.recorded_at)
    is distinct from (
        case when m.sent then f.wallet_id else r.wallet_id end, case when m.sent then r.wallet_id else f.wallet_id end,
        g.points, 'residents', g.given_at, g.given_at)
    or m.sent and m.key is distinct from 'gift:' || g.key
