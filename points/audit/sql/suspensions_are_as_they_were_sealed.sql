-- How each issuer's points stand, suspended or kept after a suspension, is what was declared of it last.
with declared as (
    select distinct on (party_id) party_id, body from points_declaration
    where kind = 'suspension'
    order by party_id, length(subject) desc, subject desc)
select 'issuer ' || coalesce(i.id, s.party_id) as what,
    format('suspended at %s, kept from %s until %s; declared: %s', i.suspended_at, i.kept_from, i.kept_until, s.body) as detail
from points_issuer i
full join declared s on s.party_id = i.id
where s.body is distinct from case
    when i.suspended_at is not null then format(
        'issuer %s: its points wait since %s; a lot whose last day is %s or later does not expire meanwhile',
        i.id, to_char(i.suspended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), to_char(i.kept_from, 'YYYY-MM-DD'))
    when i.kept_from is not null or i.kept_until is not null then format(
        'issuer %s: its points wait no longer; a lot whose last day is %s or later is kept until %s',
        i.id, to_char(i.kept_from, 'YYYY-MM-DD'), to_char(i.kept_until, 'YYYY-MM-DD')) end
