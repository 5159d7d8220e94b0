-- Numbers run from 1 without a gap.
select 'number ' || g.number as what, 'the number before it is missing' as detail
from (select number, lag(number, 1, {after}) over (order by number) as before
    from points_sealed where {numbers number}) g
where g.number <> g.before + 1
