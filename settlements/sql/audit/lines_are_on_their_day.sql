-- A line is on the statement of the day that holds its number.
select format('number %s', l.number) as what,
    format('on the statement of %s, which holds (%s, %s]', s.day_id, d.number_after, d.number_upto) as detail
from settlements_merchantline l
join settlements_merchantstatement s on s.id = l.statement_id
left join settlements_businessday d on d.day = s.day_id
where {days s.day_id} and (d.day is null or l.number <= d.number_after or l.number > d.number_upto)
