-- A suspended issuer: its points wait. They can't be spent, held or given away, and they don't expire; all else goes on.

-- The last day of a lot, given what its issuer's row says: none while the issuer is suspended; after that, for lots that
-- were alive when it began, at least the days of grace that followed.
create or replace function points_last_day(_expires date, _suspended timestamptz, _kept_from date, _kept_until date)
returns date
language sql immutable parallel safe
return case
    when _kept_from is null or _expires < _kept_from then _expires
    when _suspended is not null then 'infinity'::date
    else greatest(_expires, _kept_until) end;

-- True when the issuer was not suspended before. What the grace after an earlier suspension still keeps goes on being kept.
create or replace function points_suspend_issuer(_issuer uuid, _at timestamptz, _today date) returns boolean
language plpgsql security definer as $$
begin
    perform points_check_clock(_at, _today);
    update points_issuer
    set suspended_at = _at, kept_from = case when kept_until >= _today then kept_from else _today end, kept_until = null
    where id = _issuer and suspended_at is null;
    return found;
end $$;

-- True when the issuer was suspended. The grace is the longest that any of its terms promises.
create or replace function points_lift_suspension(_issuer uuid, _at timestamptz, _today date) returns boolean
language plpgsql security definer as $$
begin
    perform points_check_clock(_at, _today);
    update points_issuer
    set suspended_at = null,
        kept_until = _today + coalesce((select max(t.grace_days) from points_terms t where t.issuer_id = _issuer), 0)
    where id = _issuer and suspended_at is not null;
    return found;
end $$;
