-- A merchant statement is the sum of its lines, and takes over what the merchant's statement before it carried.
with lines as (
    select l.statement_id, sum(l.points) as points, sum(l.amount_minor) as amount_minor
    from settlements_merchantline l
    join settlements_merchantstatement s on s.id = l.statement_id
    where {days s.day_id}
    group by 1),
statements as (
    select s.*, coalesce((
        select b.carried_out_minor from settlements_merchantstatement b
        where b.merchant_id = s.merchant_id and b.day_id < s.day_id
        order by b.day_id desc limit 1), 0) as carried
    from settlements_merchantstatement s
    where {days s.day_id})
select format('merchant statement %s of %s', s.id, s.day_id) as what,
    format('%s points, %s minor, %s carried in; its lines %s and %s, carried before %s',
        s.points, s.amount_minor, s.carried_in_minor, l.points, l.amount_minor, s.carried) as detail
from statements s
left join lines l on l.statement_id = s.id
where (s.points, s.amount_minor, s.carried_in_minor) is distinct from (l.points, l.amount_minor, s.carried)
    or s.payable_minor <> s.carried_in_minor + s.amount_minor - s.carried_out_minor
