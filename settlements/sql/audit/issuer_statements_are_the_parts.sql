-- What a bank owes at a merchant is the sum of its parts of that merchant's lines of the day.
with parts as (
    select s.day_id, p.issuer_id as bank_id, s.merchant_id, s.acquirer_id,
        sum(p.points) as points, sum(p.amount_minor) as amount_minor
    from settlements_merchantlinepart p
    join settlements_merchantline l on l.number = p.line_id
    join settlements_merchantstatement s on s.id = l.statement_id
    where {days s.day_id}
    group by 1, 2, 3, 4),
lines as (
    select s.day_id, s.bank_id, l.merchant_id, l.acquirer_id, l.points, l.amount_minor
    from settlements_issuerline l
    join settlements_issuerstatement s on s.id = l.statement_id
    where {days s.day_id})
select format('bank %s at merchant %s on %s', coalesce(l.bank_id, p.bank_id), coalesce(l.merchant_id, p.merchant_id),
        coalesce(l.day_id, p.day_id)) as what,
    format('its statement says %s, the merchant''s lines %s', l.amount_minor, p.amount_minor) as detail
from lines l
full join parts p on p.day_id = l.day_id and p.bank_id = l.bank_id and p.merchant_id = l.merchant_id
where (l.acquirer_id, l.points, l.amount_minor) is distinct from (p.acquirer_id, p.points, p.amount_minor)
