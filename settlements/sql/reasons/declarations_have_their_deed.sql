-- What an issuer declared of itself, somebody did: its terms, but the first, and the end of a suspension are what an approval
-- says that was carried out then; a suspension was ordered by a person; a decision is the one that was kept.
with declared as (
    select s.party_id, s.subject, s.body, s.recorded_at, b.id as bank_id,
        case when s.kind <> 'suspension' then s.kind when s.body like '%: its points wait since %' then 'suspended' else 'lifted' end as said,
        case when s.kind = 'terms' and s.subject ~ '^[0-9]{1,9}$' then s.subject::integer end as terms_id,
        case when s.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then s.subject::uuid end as approval_id
    from points_declaration s
    left join branches_bank b on b.issuer_id = s.party_id
    where {since s.recorded_at} and s.kind in ('approval', 'suspension', 'terms'))
select format('%s %s of issuer %s', s.said, s.subject, s.party_id) as what,
    format('declared at %s, and nobody did that then', s.recorded_at) as detail
from declared s
left join points_terms t on t.id = s.terms_id
where not case s.said
    when 'approval' then exists (
        select from decisions_approval a
        where a.id = s.approval_id and a.bank_id = s.bank_id and a.decided_at = s.recorded_at and a.maker_id <> a.checker_id
            and starts_with(s.body, format('{"approval": "%s", "action": "%s", "decision": "%s"', a.id, a.action,
                case a.state when 'declined' then 'declined' else 'approved' end)))
    when 'suspended' then exists (
        select from core_security_event e
        where e.kind = 'issuer_suspended' and e.actor_id is not null and e.at = s.recorded_at
            and e.about_kind = 'branches.bank' and e.about_id = s.bank_id::text)
    when 'lifted' then exists (
        select from decisions_approval a
        where a.action = 'lift_suspension' and a.state = 'done' and a.bank_id = s.bank_id and a.closed_at = s.recorded_at)
    else t.id is not null and (
        not exists (select from points_terms o where o.issuer_id = s.party_id and o.starts_on < t.starts_on)
        or exists (
            select from decisions_approval a
            where a.action = 'terms' and a.state = 'done' and a.bank_id = s.bank_id and a.closed_at = s.recorded_at
                and a.payload = jsonb_build_object(
                    'months', t.months, 'grace_days', t.grace_days, 'starts_on', to_char(t.starts_on, 'YYYY-MM-DD')))) end
