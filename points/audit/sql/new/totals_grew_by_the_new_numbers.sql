-- The totals of the books' side are what the check before kept of them, and the postings of the numbers since.
select format('%s of %s on %s', n.kind, n.party_id, n.day) as what,
    format('kept %s in %s out; checked %s in %s out, new postings %s in %s out',
        k.points_in, k.points_out, c.points_in, c.points_out, n.points_in, n.points_out) as detail
from ({new_totals}) n
left join points_checked_total c
    on c.kind = n.kind and c.party_id = n.party_id and c.issuer_id = n.issuer_id and c.day = n.day
left join points_total k
    on k.kind = n.kind and k.party_id = n.party_id and k.issuer_id = n.issuer_id and k.day = n.day
where (k.points_in, k.points_out)
    is distinct from (coalesce(c.points_in, 0) + n.points_in, coalesce(c.points_out, 0) + n.points_out)
