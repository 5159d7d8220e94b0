-- Each transfer has postings numbered from 1, and each posting has its transfer.
select 'transfer ' || coalesce(t.id, p.transfer_id) as what,
    format('%s postings, the last is number %s', count(p.number), max(p.number)) as detail
from (select * from points_transfer where {wallets party_id}) t
full join (select * from points_posting where {wallets party_id}) p on p.party_id = t.party_id and p.transfer_id = t.id
group by t.party_id, t.id, p.party_id, p.transfer_id
having t.id is null or count(p.number) = 0 or count(p.number) <> max(p.number)
