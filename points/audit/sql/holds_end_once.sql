-- A hold is open, or was captured or released once, in full; and its held twin holds what is open.
with closes as (
    select t.party_id, t.follows, count(distinct t.id) as times, sum(p.points) as points
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason in ('capture', 'release')
    group by 1, 2),
holds as (
    select t.party_id, t.id, sum(p.points) as points
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason = 'hold'
    group by 1, 2)
select 'hold ' || coalesce(h.id, c.follows, o.transfer_id) as what,
    format('holds %s; closed %s times with %s; open: %s', h.points, c.times, c.points, o.transfer_id is not null)
    as detail
from holds h
full join closes c on c.party_id = h.party_id and c.follows = h.id
full join (select * from points_open_hold where {wallets party_id}) o on o.party_id = h.party_id and o.transfer_id = h.id
where h.id is null
    or (o.transfer_id is not null) = (c.follows is not null)
    or coalesce(c.times, 1) <> 1
    or coalesce(c.points, h.points) <> h.points
