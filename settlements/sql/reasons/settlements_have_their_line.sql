-- What was settled with a merchant is a line of an issuer's statement: that issuer, that merchant, as many points, its id as key.
select 'transfer ' || t.id as what,
    format('%s points of issuer %s settled with merchant %s; line %s says %s', p.points, p.issuer_id, t.party_id, l.id, l.points) as detail
from points_transfer t
left join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
left join settlements_issuerline l on l.id = case when t.key ~ '^[0-9]{1,18}$' then t.key::bigint end
left join settlements_issuerstatement s on s.id = l.statement_id
left join branches_bank b on b.id = s.bank_id
left join merchants_merchant m on m.id = l.merchant_id
where {wallets t.party_id} and t.reason = 'settle'
    and ((t.party_id, p.issuer_id, case p.source_kind when 'payable' then p.points else -p.points end, t.source)
    is distinct from (m.party_id, b.issuer_id, l.points, 'settlements')
        or t.facts is not null)
