-- Each stored balance is the sum of its postings (arrears rise as a source).
with moved as (
    select m.party_id, m.id, sum(m.points) as points
    from (
        select party_id, target_id as id, points from points_posting
        where {wallets party_id} and target_kind in ('lot', 'hold', 'arrears')
        union all
        select party_id, source_id, -points from points_posting
        where {wallets party_id} and source_kind in ('lot', 'hold', 'arrears')) m
    group by 1, 2)
select 'account ' || coalesce(a.id, m.id) as what,
    format('balance %s, postings %s', a.balance, case when a.kind = 'arrears' then -m.points else m.points end) as detail
from (select * from points_account where {wallets party_id}) a
full join moved m on m.party_id = a.party_id and m.id = a.id
where a.balance is distinct from coalesce(case when a.kind = 'arrears' then -m.points else m.points end, 0)
