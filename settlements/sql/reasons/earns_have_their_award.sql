-- Each earn is what one award gave, for an event of that wallet, by a sealed version of a rule of the same bank: as many
-- points, at those moments, in a lot with the last day that the bank's terms promise for the event's day.
with earned as (
    select t.party_id, t.id, t.source, t.key, t.effective_at, t.recorded_at, t.facts,
        sum(p.points) as points, min(p.issuer_id::text) as issuer, max(p.issuer_id::text) as also,
        (max(p.target_id::text) filter (where p.target_kind = 'lot'))::uuid as lot_id
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason = 'earn'
    group by 1, 2, 3, 4, 5, 6, 7),
given as (
    select e.*, a.id as award_id, a.points as given, a.counted, a.made_at, v.number as version, v.kind, v.points as each, v.per_minor,
        v.event_cap, v.day_cap, v.delay_days, v.starts_on, r.code, r.bank_id as rule_bank, r.event_type,
        n.id as event_id, n.wallet_id, n.occurred_at, n.amount_minor, n.bank_id, n.type,
        (n.occurred_at at time zone {zone})::date as day, b.issuer_id
    from earned e
    left join earning_award a on a.transfer_id = e.id
    left join earning_ruleversion v on v.id = a.version_id
    left join earning_rule r on r.id = v.rule_id
    left join earning_event n on n.id = a.event_id
    left join branches_bank b on b.id = n.bank_id)
select 'transfer ' || g.id as what,
    format('earned %s of issuer %s; award %s gave %s for event %s of wallet %s',
        g.points, g.issuer, g.award_id, g.given, g.event_id, g.wallet_id) as detail
from given g
left join points_account l on l.party_id = g.party_id and l.id = g.lot_id
left join points_terms s on s.id = l.terms_id
where (g.party_id, g.points, g.issuer, g.also, g.source, g.key, g.effective_at, g.recorded_at)
    is distinct from (
        g.wallet_id, g.given, g.issuer_id::text, g.issuer_id::text, 'earning', g.event_id || ':' || g.code, g.occurred_at, g.made_at)
    or g.facts <> jsonb_build_object('rule', g.code, 'version', g.version)
    or (g.rule_bank, g.event_type) is distinct from (g.bank_id, g.type)
    or (select count(*) from earning_award o where o.transfer_id = g.id) <> 1
    or g.counted is distinct from case g.kind when 'fixed' then g.each else g.amount_minor / g.per_minor * g.each end
    or g.given > least(g.counted, g.event_cap, g.day_cap)
    or g.starts_on > g.day
    or not exists (
        select from points_declaration o
        where o.party_id = g.issuer_id and o.kind = 'rule' and starts_with(o.subject, g.code || '/' || g.version || ' '))
    or l.available_on is distinct from case when g.lot_id is not null and g.delay_days > 0 then g.day + g.delay_days end
    or l.expires_on is distinct from
        (date_trunc('month', g.day::timestamp) + make_interval(months => s.months + 1, days => -1))::date
    or (s.starts_on > g.day and exists (select from points_terms o where o.issuer_id = s.issuer_id and o.starts_on < s.starts_on))
