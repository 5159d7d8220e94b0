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

-- How an issuer's points stand after a suspension began or was lifted, as it is sealed.
create or replace function points_suspension_words(_issuer points_issuer) returns text
language plpgsql stable as $$
begin
    return case when _issuer.suspended_at is not null then format(
            'issuer %s: its points wait since %s; a lot whose last day is %s or later does not expire meanwhile',
            _issuer.id, to_char(_issuer.suspended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            to_char(_issuer.kept_from, 'YYYY-MM-DD'))
        else format(
            'issuer %s: its points wait no longer; a lot whose last day is %s or later is kept until %s',
            _issuer.id, to_char(_issuer.kept_from, 'YYYY-MM-DD'), to_char(_issuer.kept_until, 'YYYY-MM-DD')) end;
end $$;

-- Each is a declaration of its own, numbered: the same issuer may be suspended again.
create or replace function points_declare_suspension(_issuer uuid, _at timestamptz) returns void
language plpgsql as $$
begin
    perform points_record_declaration(
        _issuer, points_new_id(), 'suspension',
        (select count(*) + 1 from points_declaration s where s.party_id = _issuer and s.kind = 'suspension')::text,
        points_suspension_words(i), _at)
    from points_issuer i where i.id = _issuer;
end $$;

-- True when the issuer was not suspended before. What the grace after an earlier suspension still keeps goes on being kept.
create or replace function points_suspend_issuer(_issuer uuid, _at timestamptz, _today date) returns boolean
language plpgsql security definer as $$
begin
    perform points_check_clock(_at, _today);
    update points_issuer
    set suspended_at = _at, kept_from = case when kept_until >= _today then kept_from else _today end, kept_until = null
    where id = _issuer and suspended_at is null;
    if not found then
        return false;
    end if;
    perform points_declare_suspension(_issuer, _at);
    return true;
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
    if not found then
        return false;
    end if;
    perform points_declare_suspension(_issuer, _at);
    return true;
end $$;
