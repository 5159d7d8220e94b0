-- A wallet that was merged into another is closed, empty, and names one that exists; what was sent in a merge names it too.
select 'wallet ' || w.id as what,
    format('closed at %s, followed by %s, which exists: %s; it holds %s', w.closed_at, w.successor_id, s.id is not null, a.points)
    as detail
from (select * from points_wallet where {wallets id}) w
left join points_wallet s on s.id = w.successor_id
cross join lateral (
    select coalesce(sum(balance), 0) as points from points_account where party_id = w.id) a
where w.successor_id is not null and (w.closed_at is null or s.id is null or s.id = w.id or a.points <> 0)
union all
select 'wallet ' || t.party_id, format('was merged into %s, and is followed by %s', t.counterparty_id, w.successor_id)
from points_transfer t
left join points_wallet w on w.id = t.party_id
where {wallets t.party_id} and t.reason = 'merge' and w.successor_id is null
    and exists (
        select from points_posting p
        where p.party_id = t.party_id and p.transfer_id = t.id and t.id in (p.source_id, p.target_id))
