-- Each correction is what an approval says that was carried out then: of that resident's wallet, of that bank's points, as
-- many, that way; asked by one, decided by another before its time was over, and its decision is in the sealed log.
with corrected as (
    select t.party_id, t.id, t.source, t.key, t.effective_at, t.recorded_at, sum(p.points) as points,
        min(p.issuer_id::text) as issuer, max(p.issuer_id::text) as also,
        case when bool_and(p.source_kind = 'issuance') then 'give' when bool_and(p.target_kind = 'issuance') then 'take' end as way,
        (max(p.target_id::text) filter (where p.target_kind = 'lot'))::uuid as lot_id
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
    where {wallets t.party_id} and t.reason = 'adjust'
    group by 1, 2, 3, 4, 5, 6)
select 'transfer ' || c.id as what,
    format('%s %s of issuer %s; approval %s of %s says %s, for wallet %s, and is %s', c.way, c.points, c.issuer, a.id, b.issuer_id,
        a.payload, r.wallet_id, a.state) as detail
from corrected c
left join decisions_approval a
    on a.id = case when c.key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then c.key::uuid end and a.action = 'adjust'
left join branches_bank b on b.id = a.bank_id
left join residents_resident r on a.target_kind = 'residents.resident'
    and r.id = case when a.target_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then a.target_id::uuid end
left join points_account l on l.party_id = c.party_id and l.id = c.lot_id
left join points_terms s on s.id = l.terms_id
where (c.party_id, c.issuer, c.also, c.source, c.effective_at, c.recorded_at, jsonb_build_object(c.way, c.points))
    is distinct from (r.wallet_id, b.issuer_id::text, b.issuer_id::text, 'approvals', a.closed_at, a.closed_at, a.payload)
    or a.state <> 'done' or a.maker_id = a.checker_id or a.decided_at > c.recorded_at or c.recorded_at >= a.expires_at
    or not exists (
        select from points_declaration o where o.party_id = b.issuer_id and o.kind = 'approval' and o.subject = a.id::text)
    or l.available_on is not null
    or l.expires_on is distinct from (
        date_trunc('month', c.recorded_at at time zone {zone}) + make_interval(months => s.months + 1, days => -1))::date
    or (s.starts_on > (c.recorded_at at time zone {zone})::date
        and exists (select from points_terms o where o.issuer_id = s.issuer_id and o.starts_on < s.starts_on))
