-- A transfer that follows another has a higher number than it.
select 'number ' || s.number as what, 'follows number ' || o.number as detail
from points_transfer t
join points_sealed s on s.party_id = t.party_id and s.fact_id = t.id
left join points_sealed o on o.party_id = t.party_id and o.fact_id = t.follows
where {wallets t.party_id} and t.follows is not null and (o.number is null or o.number >= s.number)
