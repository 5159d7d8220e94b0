-- What was given back of a redemption's posting is never more than it took, and what was taken back of an earn never
-- more than it gave.
select 'transfer ' || r.follows as what,
    format('posting %s took %s, %s were given back', p.number, p.points, sum(q.points)) as detail
from points_transfer r
join points_posting q on q.party_id = r.party_id and q.transfer_id = r.id
left join points_posting p on p.party_id = r.party_id and p.transfer_id = r.follows and p.number = q.restores
    and p.target_kind = 'payable' and p.target_id = q.source_id and p.issuer_id = q.issuer_id
where {wallets r.party_id} and r.reason = 'reverse'
group by r.party_id, r.follows, p.number, p.points
having p.points is null or sum(q.points) > p.points
union all
select 'transfer ' || c.follows, format('earned %s, %s were taken back', c.earned, c.back)
from (
    select r.follows, sum(q.points) as back,
        (select sum(e.points) from points_posting e
         where e.party_id = r.party_id and e.transfer_id = r.follows and e.source_kind = 'issuance') as earned
    from points_transfer r
    join points_posting q on q.party_id = r.party_id and q.transfer_id = r.id
    where {wallets r.party_id} and r.reason = 'clawback'
    group by r.party_id, r.follows) c
where c.earned is null or c.back > c.earned
