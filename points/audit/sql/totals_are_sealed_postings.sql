-- The totals of the books' side are the sums of the sealed postings, on the alliance's day of their sealing.
with sealed as (
    select p.*, (s.sealed_at at time zone {zone})::date as day
    from points_sealed s
    join points_posting p on p.party_id = s.party_id and p.transfer_id = s.fact_id),
recomputed as (
    select m.kind, m.party_id, m.issuer_id, m.day, sum(m.points_in) as points_in, sum(m.points_out) as points_out
    from (
        select target_kind as kind, target_id as party_id, issuer_id, day, points as points_in, 0 as points_out
        from sealed where target_kind not in ('lot', 'hold', 'arrears', 'transit')
        union all
        select source_kind, source_id, issuer_id, day, 0, points
        from sealed where source_kind not in ('lot', 'hold', 'arrears', 'transit')) m
    group by 1, 2, 3, 4),
kept as (
    select kind, party_id, issuer_id, day, sum(points_in) as points_in, sum(points_out) as points_out
    from points_total group by 1, 2, 3, 4)
select format('%s of %s on %s', coalesce(k.kind, r.kind), coalesce(k.party_id, r.party_id), coalesce(k.day, r.day)) as what,
    format('kept %s in %s out, postings %s in %s out', k.points_in, k.points_out, r.points_in, r.points_out) as detail
from kept k
full join recomputed r on r.kind = k.kind and r.party_id = k.party_id and r.issuer_id = k.issuer_id and r.day = k.day
where (k.points_in, k.points_out) is distinct from (r.points_in, r.points_out)
