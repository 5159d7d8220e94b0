-- What a closed day cites is a checkpoint over all its numbers, cosigned by the witnesses it names, as many as were asked for.
select format('business day %s', c.day_id) as what,
    format('cites %s leaves, asked for %s witnesses and names %s; its numbers end at %s', c.size, c.asked, c.witnesses, d.number_upto)
    as detail
from settlements_daycheckpoint c
left join settlements_businessday d on d.day = c.day_id
left join points_checkpoint p on p.size = c.size
where {days c.day_id} and (d.day is null or p.size is null or c.size < d.number_upto or jsonb_array_length(c.witnesses) < c.asked
    or c.day_id in (select o.day_id from settlements_daycheckpoint o group by o.day_id having count(*) > 1)
    or exists (
        select from jsonb_array_elements_text(c.witnesses) w (name)
        left join points_cosignature g on g.size = c.size and g.witness = w.name
        where g.size is null))
