-- Each version of an issuer's terms is what the issuer declared of it, and each declaration of terms has its version.
with declared as (
    select * from points_declaration where kind = 'terms')
select 'terms ' || coalesce(t.id::text, s.subject) as what,
    format('months %s, grace %s, from %s; declared: %s', t.months, t.grace_days, t.starts_on, s.body) as detail
from points_terms t
full join declared s on s.subject = t.id::text and s.party_id = t.issuer_id
where s.body is distinct from format(
        'terms %s of issuer %s: from %s on, points live to the end of the month %s months later; back after that, %s days',
        t.id, t.issuer_id, to_char(t.starts_on, 'YYYY-MM-DD'), t.months, t.grace_days)
    or s.recorded_at <> t.recorded_at
