-- What was asked under a transfer's key is what was posted: the request's hash is written again from the postings. What the
-- ledger adds by itself (an expiry, the receiving side, what goes on after a merge) has the hash of what it comes from.
with posted as (
    select t.party_id, t.id, t.reason, t.request_hash, t.counterparty_id, t.follows, t.key,
        (array_agg(p.source_kind order by p.number))[1] as source_kind, (array_agg(p.source_id order by p.number))[1] as source_id,
        (array_agg(p.issuer_id order by p.number))[1] as issuer_id,
        sum(p.points) as points, sum(p.points) filter (where p.target_kind = 'payable') as captured
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id}
    group by 1, 2, 3, 4, 5, 6, 7),
asked as (
    select q.*, case
        when q.reason = 'earn' then array[format('earn|%s|%s', q.issuer_id, q.points)]
        when q.reason = 'adjust' then array[
            format('%s|%s|%s', case q.source_kind when 'issuance' then 'adjust' else 'adjust_out' end, q.issuer_id, q.points)]
        when q.reason in ('redeem', 'hold') or q.reason = 'gift' and q.source_kind = 'lot'
            then array[format('%s|%s|%s', q.reason, q.counterparty_id, q.points)]
        when q.reason in ('capture', 'reverse', 'clawback') then array[
            format('%s|%s|%s', q.reason, q.follows, coalesce(q.captured, q.points)), format('%s|%s|None', q.reason, q.follows)]
        when q.reason = 'release' then array[format('release|%s|None', q.follows)]
        when q.reason = 'settle' then array[format('settle|%s|%s|%s', q.party_id, q.issuer_id,
            case q.source_kind when 'payable' then q.points else -q.points end)]
        when q.reason = 'merge' and not starts_with(q.key, 'merge from ') and not starts_with(q.key, 'passed on as ')
            then array[format('merge|%s|%s', q.party_id, q.counterparty_id)]
        end as words
    from posted q)
select 'transfer ' || a.id as what, 'its key was used for another request than was posted' as detail
from asked a
left join points_transfer o on o.party_id = a.counterparty_id and a.words is null and a.reason in ('gift', 'merge')
    and o.id::text = case when starts_with(a.key, a.reason || ' from ') then substr(a.key, length(a.reason) + 7) end
where case
    when a.words is not null then (
        select bool_and(a.request_hash <> sha256(convert_to(w, 'UTF8'))) from unnest(a.words) w)
    when a.reason = 'expire' then a.request_hash <> sha256(uuid_send(a.source_id))
    when starts_with(a.key, 'passed on as ') then a.request_hash <> sha256(uuid_send(a.id))
    else a.request_hash is distinct from o.request_hash end
