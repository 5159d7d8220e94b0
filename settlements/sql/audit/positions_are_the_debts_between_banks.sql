-- A net position is what the issuer statements say between the bank and others, and its fee that of its statement.
with debts as (
    select s.day_id, s.bank_id as issuer_id, l.acquirer_id, l.amount_minor
    from settlements_issuerline l
    join settlements_issuerstatement s on s.id = l.statement_id
    where {days s.day_id} and l.acquirer_id <> s.bank_id),
sides as (
    select day_id, issuer_id as bank_id, 0 as owed, amount_minor as owes, 0 as fee from debts
    union all
    select day_id, acquirer_id, amount_minor, 0, 0 from debts
    union all
    select day_id, bank_id, 0, 0, fee_minor from settlements_issuerstatement where {days day_id}),
recomputed as (
    select day_id, bank_id, sum(owed) as owed, sum(owes) as owes, sum(fee) as fee from sides group by 1, 2)
select format('bank %s on %s', coalesce(p.bank_id, r.bank_id), coalesce(p.day_id, r.day_id)) as what,
    format('kept: owed %s, owes %s, fee %s; statements: %s, %s, %s',
        p.owed_minor, p.owes_minor, p.fee_minor, r.owed, r.owes, r.fee) as detail
from (select * from settlements_netposition where {days day_id}) p
full join recomputed r on r.day_id = p.day_id and r.bank_id = p.bank_id
where (p.owed_minor, p.owes_minor, p.fee_minor) is distinct from (r.owed, r.owes, r.fee)
