-- A lot expires when its last day is over: at that day's end or, where its issuer was suspended while the lot lived, at the end
-- of the grace that the issuer declared when the suspension was lifted (points/sql/suspension.sql has the words).
select 'transfer ' || t.id as what,
    format('lot %s with the last day %s expired at %s, recorded at %s', l.id, l.expires_on, t.effective_at, t.recorded_at) as detail
from points_transfer t
left join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
left join points_account l on l.party_id = t.party_id and l.id = p.source_id and l.kind = 'lot'
where {wallets t.party_id} and t.reason = 'expire' and (
    l.id is null or t.source <> 'expiry' or t.key !~ ('^' || l.id || ':[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') or t.recorded_at < t.effective_at
    or (t.effective_at <> (l.expires_on + 1)::timestamp at time zone {zone} and not exists (
        select from points_declaration s
        cross join lateral regexp_match(
            s.body, 'last day is (\d{4}-\d\d-\d\d) or later is kept until (\d{4}-\d\d-\d\d)$') said(days)
        where s.party_id = l.issuer_id and s.kind = 'suspension' and s.recorded_at < t.effective_at
            and said.days[1]::date <= l.expires_on and said.days[2]::date > l.expires_on
            and t.effective_at = (said.days[2]::date + 1)::timestamp at time zone {zone})))
