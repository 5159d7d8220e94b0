-- The run-time login ({app}) reads the ledger and calls its entry functions; it writes no ledger row by itself.
revoke insert, update, delete, truncate on
    points_wallet, points_issuer, points_terms, points_merchant, points_account, points_transfer, points_posting,
    points_refusal, points_open_hold, points_unsealed, points_sealed, points_total, points_mode
    from {app}, public;
grant select on
    points_wallet, points_issuer, points_terms, points_merchant, points_account, points_transfer, points_posting,
    points_refusal, points_open_hold, points_unsealed, points_sealed, points_total, points_mode
    to {app};

-- Every ledger function: nothing for the public, a pinned path for names, and one generic plan that walks the keys of the commands
-- through indexes: a plan made on an empty table would otherwise read the whole of it later).
do $$
declare
    ledger_function regprocedure;
begin
    for ledger_function in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = 'public'::regnamespace and starts_with(p.proname, 'points_')
    loop
        execute format('revoke execute on function %s from public', ledger_function);
    end loop;
    for ledger_function in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = 'public'::regnamespace and starts_with(p.proname, 'points_') and p.prosecdef
    loop
        execute format('alter function %s set search_path = public, pg_temp', ledger_function);
        execute format('alter function %s set jit = off', ledger_function);  -- PostgreSQL 15 compiles for seconds what runs in one millisecond
        execute format('grant execute on function %s to {app}', ledger_function);
    end loop;
end $$;

grant execute on function points_account_id(uuid, text, uuid, integer, date, date) to {app};

-- A correction and a clawback have a reason that another package keeps. That package's function reads it and calls these.
revoke execute on function points_adjust, points_claw_back from {app}, public;

do $$
declare
    entry text;
    setting text;
begin
    foreach entry in array array[
        'points_post(jsonb, timestamptz, date)', 'points_claw_back(jsonb, timestamptz, date)',
        'points_adjust(jsonb, timestamptz, date)', 'points_gift(jsonb, uuid, timestamptz, date)',
        'points_merge(uuid, uuid, uuid[], text, bytea, timestamptz)', 'points_settle(jsonb, timestamptz)']
    loop
        foreach setting in array array[
            'plan_cache_mode = force_generic_plan', 'enable_seqscan = off', 'enable_hashjoin = off',
            'enable_mergejoin = off', 'lock_timeout = ''2s''']
        loop
            execute format('alter function %s set %s', entry, setting);
        end loop;
    end loop;
end $$;
alter function points_expire(integer, uuid, timestamptz, date, text) set lock_timeout = '2s';
revoke all on sequence points_terms_id_seq, points_unsealed_position_seq from {app}, public;
