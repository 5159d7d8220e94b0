-- An issuer statement is the sum of its lines, with the day's fee on what was redeemed away from its own merchants, half up.
with lines as (
    select l.statement_id, sum(l.points) as points, sum(l.amount_minor) as amount_minor,
        coalesce(sum(l.amount_minor) filter (where l.acquirer_id = s.bank_id), 0) as own_minor
    from settlements_issuerline l
    join settlements_issuerstatement s on s.id = l.statement_id
    where {days s.day_id}
    group by 1)
select format('issuer statement %s of %s', s.id, s.day_id) as what,
    format('%s minor, %s of it own, fee %s; its lines %s, %s of it own',
        s.amount_minor, s.own_minor, s.fee_minor, l.amount_minor, l.own_minor) as detail
from settlements_issuerstatement s
left join lines l on l.statement_id = s.id
where {days s.day_id} and ((s.points, s.amount_minor, s.own_minor) is distinct from (l.points, l.amount_minor, l.own_minor)
    or s.amount_minor <> s.own_minor + s.away_minor
    or s.fee_bps <> (select max(o.fee_bps) from settlements_issuerstatement o where o.day_id = s.day_id)
    or s.fee_minor <> floor((2.0 * s.away_minor * s.fee_bps + 10000) / 20000))
