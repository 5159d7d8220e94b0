-- Correct a resident's points as an approval says: whose, by whom, how many and which way is read from it, and the caller
-- says nothing but which approval. Its id is the key, so it moves points once. The only way to points_adjust.
create or replace function residents_adjust(_approval uuid, _at timestamptz, _today date) returns setof points_answer
language plpgsql security definer
set search_path = public, pg_temp
set jit = off
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set lock_timeout = '2s'
as $$
declare
    approved decisions_approval := decisions_approved(_approval, 'adjust', _at);
    whom record;
    asked record;
    promised points_terms;
begin
    -- The version is what the second person saw: the link, its wallet and its user (residents/services/adjusting.py).
    select r.wallet_id, b.issuer_id into whom
    from residents_resident r
    join residents_banklink l on l.resident_id = r.id and l.bank_id = approved.bank_id
    join branches_bank b on b.id = l.bank_id
    where approved.target_kind = 'residents.resident' and r.id = approved.target_id::uuid
        and approved.target_version = encode(sha256(convert_to(
            l.id || '|' || r.wallet_id || '|' || coalesce(r.user_id::text, 'None'), 'UTF8')), 'hex');
    select p.key as way, p.value::bigint as points into strict asked from jsonb_each_text(approved.payload) p;
    if whom.wallet_id is null or asked.way not in ('give', 'take') then
        raise exception 'The approval % is not about a resident as they are now.', _approval using errcode = 'PT004';
    end if;
    if asked.way = 'give' then
        select t.* into promised from points_terms t
        where t.issuer_id = whom.issuer_id and t.starts_on <= _today
        order by t.starts_on desc limit 1;
    end if;
    return query
    select * from points_adjust(
        jsonb_build_object(
            'kind', case asked.way when 'give' then 'adjust' else 'adjust_out' end,
            'id', points_new_id(),
            'wallet', whom.wallet_id,
            'source', 'approvals',
            'key', _approval,
            'hash', sha256(convert_to(
                format('%s|%s|%s', case asked.way when 'give' then 'adjust' else 'adjust_out' end, whom.issuer_id, asked.points),
                'UTF8')),
            'issuer', whom.issuer_id,
            'terms', promised.id,
            'expires_on', (date_trunc('month', _today::timestamp) + make_interval(months => promised.months + 1, days => -1))::date,
            'points', asked.points,
            'effective_at', _at),
        _at, _today);
end $$;
revoke execute on function residents_adjust from public;
grant execute on function residents_adjust to {app};
