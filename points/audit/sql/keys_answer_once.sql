-- No key is both a transfer and a refusal.
select 'key ' || t.key as what, 'both a transfer and a refusal of wallet ' || t.party_id as detail
from points_transfer t
join points_refusal r on r.party_id = t.party_id and r.source = t.source and r.key = t.key
where {wallets t.party_id}
