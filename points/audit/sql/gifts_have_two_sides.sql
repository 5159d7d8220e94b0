-- What a gift or a merge takes from one wallet, the wallet it names has got (points/sql/moves.sql: the transit account is
-- the sender's transfer, and names the receiver's key).
with moved as (
    select t.party_id, t.id, t.source, t.reason, t.counterparty_id, m.id as transit, p.issuer_id, sum(m.points) as points
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    cross join lateral (
        values (p.target_kind, p.target_id, p.points), (p.source_kind, p.source_id, -p.points)) m (kind, id, points)
    where {wallets t.party_id} and m.kind = 'transit'
    group by 1, 2, 3, 4, 5, 6, 7),
paired as (
    select m.*, coalesce((
        select sum(case when p.target_kind = 'transit' then p.points else -p.points end)
        from points_transfer o
        join points_posting p on p.party_id = o.party_id and p.transfer_id = o.id
        where o.party_id = m.counterparty_id and p.issuer_id = m.issuer_id and 'transit' in (p.source_kind, p.target_kind)
            and case when m.transit = m.id
                then (o.source, o.key) = (m.source, m.reason || ' from ' || m.id)
                else o.id = m.transit end), 0) as other
    from moved m)
select 'transit ' || b.transit as what,
    format('%s points of issuer %s are still in it', b.points + b.other, b.issuer_id) as detail
from paired b
where b.points + b.other <> 0
