-- Each transfer, refusal and declaration has a number or waits for one, never both; each number and each waiting row has its fact.
with facts as (
    select party_id, id, 'transfer' as what from points_transfer where {wallets party_id}
    union all
    select party_id, id, 'refusal' from points_refusal where {wallets party_id}
    union all
    select party_id, id, 'declaration' from points_declaration where {wallets party_id}),
places as (
    select party_id, fact_id, what from points_sealed where {wallets party_id}
    union all
    select party_id, fact_id, what from points_unsealed where {wallets party_id})
select coalesce(f.what, p.what) || ' ' || coalesce(f.id, p.fact_id) as what,
    format('%s facts, %s places', count(f.id), count(p.fact_id)) as detail
from facts f
full join places p on p.party_id = f.party_id and p.fact_id = f.id and p.what = f.what
group by coalesce(f.what, p.what), coalesce(f.party_id, p.party_id), coalesce(f.id, p.fact_id)
having count(f.id) <> 1 or count(p.fact_id) <> 1
