-- What one wallet sends, another receives: every transit account comes out at zero.
select 'transit ' || m.id as what, format('%s points of issuer %s are still in it', sum(m.points), m.issuer_id) as detail
from (
    select target_id as id, issuer_id, points from points_posting where target_kind = 'transit'
    union all
    select source_id, issuer_id, -points from points_posting where source_kind = 'transit') m
group by m.id, m.issuer_id
having sum(m.points) <> 0
