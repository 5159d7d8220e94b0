-- A day's lines are the postings of its numbers, no more and no less: by transfer, issuer, points and times.
with posted as (
    select s.number, t.id as transfer_id, t.reason, t.counterparty_id as party_id, p.issuer_id, t.effective_at, t.recorded_at,
        sum(case p.target_kind when 'payable' then p.points else -p.points end) as points
    from points_sealed s
    join points_transfer t on t.party_id = s.party_id and t.id = s.fact_id
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where s.number > {day_number} and s.number <= (select coalesce(max(number_upto), 0) from settlements_businessday)
        and t.reason in ('redeem', 'capture', 'reverse') and (p.target_kind = 'payable' or p.source_kind = 'payable')
    group by 1, 2, 3, 4, 5, 6, 7),
written as (
    select l.number, l.transfer_id, l.reason, m.party_id, b.issuer_id, l.effective_at, l.recorded_at, r.points
    from settlements_merchantline l
    join settlements_merchantstatement s on s.id = l.statement_id
    join merchants_merchant m on m.id = s.merchant_id
    left join settlements_merchantlinepart r on r.line_id = l.number
    left join branches_bank b on b.id = r.issuer_id
    where {days s.day_id})
select format('number %s', coalesce(p.number, w.number)) as what,
    format('posted %s of issuer %s, written %s of issuer %s', p.points, p.issuer_id, w.points, w.issuer_id) as detail
from posted p
full join written w on w.number = p.number and w.issuer_id = p.issuer_id
where (p.transfer_id, p.reason, p.party_id, p.points, p.effective_at, p.recorded_at)
    is distinct from (w.transfer_id, w.reason, w.party_id, w.points, w.effective_at, w.recorded_at)
