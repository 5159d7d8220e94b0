-- What banks owe for a day is what merchants are due, and the fees are the alliance's: everything sums to zero.
with sides as (
    select day_id, amount_minor as due, 0 as owed, 0 as net, 0 as fees from settlements_merchantstatement where {days day_id}
    union all
    select day_id, 0, amount_minor, 0, fee_minor from settlements_issuerstatement where {days day_id}
    union all
    select day_id, 0, 0, net_minor, -fee_minor from settlements_netposition where {days day_id})
select format('business day %s', day_id) as what,
    format('merchants %s, issuers %s, positions %s, fees differ by %s', sum(due), sum(owed), sum(net), sum(fees)) as detail
from sides
group by day_id
having sum(due) <> sum(owed) or sum(net) <> 0 or sum(fees) <> 0
