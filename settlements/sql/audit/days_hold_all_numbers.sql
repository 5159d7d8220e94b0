-- Closed days follow one another without a gap, from the first number on, and hold no number that was never given.
select format('business day %s', d.day) as what,
    format('holds (%s, %s], the day before ends at %s', d.number_after, d.number_upto, d.before) as detail
from (
    select day, previous_id, number_after, number_upto, lag(number_upto, 1, 0::bigint) over (order by day) as before,
        lag(day) over (order by day) as day_before
    from settlements_businessday) d
where {days d.day} and (d.number_after <> d.before or d.previous_id is distinct from d.day_before)
union all
select format('business day %s', d.day), format('ends at %s, which was never sealed', d.number_upto)
from settlements_businessday d
where {days d.day} and d.number_upto > (select coalesce(max(number), 0) from points_sealed)
