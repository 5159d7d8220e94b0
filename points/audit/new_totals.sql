-- What the numbers since the last check moved on the books' side, by the key of a total.
select m.kind, m.party_id, m.issuer_id, (s.sealed_at at time zone {zone})::date as day,
    sum(m.points_in)::bigint as points_in, sum(m.points_out)::bigint as points_out
from points_sealed s
join points_posting p on p.party_id = s.party_id and p.transfer_id = s.fact_id
cross join lateral (values
    (p.target_kind, p.target_id, p.issuer_id, p.points, 0),
    (p.source_kind, p.source_id, p.issuer_id, 0, p.points)) m (kind, party_id, issuer_id, points_in, points_out)
where {numbers s.number} and m.kind not in ('lot', 'hold', 'arrears', 'transit')
group by 1, 2, 3, 4
