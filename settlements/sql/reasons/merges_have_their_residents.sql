-- What a merge moved is of a resident who became part of another then. What moved after it was given back or taken back in
-- the merged wallet at the same moment, and no more of it is passed on. What is received was sent by the wallet it names.
with sent as (
    select t.*, starts_with(t.key, 'passed on as ') as later, (
        select sum(p.points) from points_posting p where p.party_id = t.party_id and p.transfer_id = t.id) as points
    from points_transfer t
    where {wallets t.party_id} and t.reason = 'merge' and not starts_with(t.key, 'merge from '))
select 'transfer ' || s.id as what,
    format('wallet %s merged into %s at %s; its resident into that of wallet %s at %s',
        s.party_id, s.counterparty_id, s.recorded_at, n.wallet_id, r.merged_at) as detail
from sent s
left join residents_resident r on r.wallet_id = s.party_id
left join residents_resident n on n.id = r.successor_id
where not s.later
    and (s.counterparty_id, s.key, s.source, s.effective_at, s.recorded_at)
    is distinct from (n.wallet_id, 'merge:' || r.id, 'residents', r.merged_at, r.merged_at)
union all
select 'transfer ' || s.id,
    format('%s points of wallet %s passed on, where %s were given or taken back at that moment', s.points, s.party_id, b.points)
from sent s
cross join lateral (
    select sum(p.points) as points
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where t.party_id = s.party_id and t.recorded_at = s.recorded_at and t.reason in ('reverse', 'clawback')) b
where s.later and ((s.source, s.key) is distinct from ('residents', 'passed on as ' || s.id) or s.points > coalesce(b.points, 0))
union all
select 'transfer ' || t.id, format('wallet %s was sent nothing by wallet %s then', t.party_id, t.counterparty_id)
from points_transfer t
left join points_transfer o on o.party_id = t.counterparty_id
    and o.id = case when t.key ~ '^merge from [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then substr(t.key, 12)::uuid end
where {wallets t.party_id} and t.reason = 'merge' and starts_with(t.key, 'merge from ')
    and (t.party_id, t.source, t.recorded_at, t.effective_at, 'merge')
    is distinct from (o.counterparty_id, 'residents', o.recorded_at, o.effective_at, o.reason::text)
