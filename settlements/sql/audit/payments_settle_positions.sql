-- The net payments of a day bring every bank's position to zero, with fewer payments than banks that have one.
with moved as (
    select day_id, payee_id as bank_id, amount_minor as received from settlements_netpayment where {days day_id}
    union all
    select day_id, payer_id, -amount_minor from settlements_netpayment where {days day_id}),
received as (select day_id, bank_id, sum(received) as received from moved group by 1, 2)
select format('bank %s on %s', coalesce(p.bank_id, r.bank_id), coalesce(p.day_id, r.day_id)) as what,
    format('stands at %s, receives %s', p.net_minor, r.received) as detail
from (select * from settlements_netposition where {days day_id}) p
full join received r on r.day_id = p.day_id and r.bank_id = p.bank_id
where p.net_minor is distinct from coalesce(r.received, 0)
union all
select format('business day %s', p.day_id), format('%s payments for %s positions', count(*), min(n.positions))
from settlements_netpayment p
join (
    select day_id, count(*) as positions from settlements_netposition where {days day_id} and net_minor <> 0 group by 1) n on n.day_id = p.day_id
group by p.day_id
having count(*) >= min(n.positions)
