-- The issuers' parts of a line add up to the line, and one point is one minor unit throughout.
select format('number %s', l.number) as what,
    format('%s points and %s minor, its parts %s and %s', l.points, l.amount_minor, sum(p.points), sum(p.amount_minor)) as detail
from settlements_merchantline l
join settlements_merchantstatement s on s.id = l.statement_id
left join settlements_merchantlinepart p on p.line_id = l.number
where {days s.day_id}
group by l.number, l.points, l.amount_minor
having (l.points, l.amount_minor) is distinct from (sum(p.points), sum(p.amount_minor))
    or l.amount_minor <> l.points or bool_or(p.amount_minor <> p.points)
