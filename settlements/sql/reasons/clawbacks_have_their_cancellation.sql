-- What was taken back of an earn is what a cancellation of its event says: of that award, as many points, at those moments.
with taken as (
    select t.party_id, t.id, t.source, t.key, t.follows, t.effective_at, t.recorded_at, sum(p.points) as points
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason = 'clawback'
    group by 1, 2, 3, 4, 5, 6, 7)
select 'transfer ' || t.id as what,
    format('%s points of earn %s taken back; cancellation %s says %s of earn %s', t.points, t.follows, k.cancellation_id, k.points, a.transfer_id)
    as detail
from taken t
left join earning_takenback k on k.transfer_id = t.id
left join earning_cancellation c on c.id = k.cancellation_id
left join earning_award a on a.id = k.award_id
left join earning_ruleversion v on v.id = a.version_id
left join earning_event e on e.id = a.event_id
where (t.party_id, t.follows, t.points, t.source, t.key, t.effective_at, t.recorded_at)
    is distinct from (
        e.wallet_id, a.transfer_id, k.points, 'earning', format('cancel:%s:%s', c.id, v.rule_id), c.cancelled_at, c.received_at)
    or (c.event_id, c.bank_id) is distinct from (a.event_id, e.bank_id)
    or c.points is distinct from (select sum(o.points) from earning_takenback o where o.cancellation_id = c.id)
