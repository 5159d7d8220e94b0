-- The one way in. Mixed batches are decided in request order per wallet and written in sets, in waves:
-- a wave holds at most one command of a wallet, but neighboring earns of a wallet share one.
-- Each entry to it (see entries.sql) names the kinds of commands it takes.
create or replace function points_run(
    _commands jsonb, _at timestamptz, _today date, _kinds text[]) returns setof points_answer
language plpgsql as $$
declare
    todo points_command[];   -- every command whose wallet exists, with what the lock shows of it
    fresh points_command[];  -- those whose key is new
    known points_command[];  -- those whose key was answered before, also earlier in this batch
    part points_command[];
    kinds text[];
    waves integer;
    broken boolean;
begin
    perform points_check_clock(_at, _today);

    -- Lock in id order, then look: what the later queries read is what the lock protects.
    select array_agg((a.n, a.kind, a.id, a.wallet, a.source, a.key, a.hash, a.issuer, a.terms, a.available_on,
                      a.expires_on, a.merchant, a.points, a.follows, a.due_at, a.effective_at, a.facts,
                      a.frozen, a.closed, 1)::points_command order by a.n),
        array_agg(distinct a.kind),
        bool_or(a.kind <> all(_kinds) or a.points <= 0
                or (a.points is null and a.kind not in ('capture', 'release', 'reverse', 'clawback')))
    into todo, kinds, broken
    from (
        select c.*, w.frozen_at is not null as frozen,
            w.closed_at is not null
                and not (c.kind in ('reverse', 'clawback') and w.successor_id is not null) as closed
        from rows from (jsonb_to_recordset(_commands) as (
                kind text, id uuid, wallet uuid, source text, key text, hash bytea, issuer uuid, terms integer,
                available_on date, expires_on date, merchant uuid, points bigint, follows uuid,
                due_at timestamptz, effective_at timestamptz, facts jsonb)) with ordinality
            as c(kind, id, wallet, source, key, hash, issuer, terms, available_on, expires_on, merchant, points,
                 follows, due_at, effective_at, facts, n)
        join points_wallet w on w.id = c.wallet
        order by w.id
        for no key update of w) a;

    if broken then  -- the caller broke its own promise: nothing of its batch is kept
        raise exception 'A command has a kind that has another way in, or points that are missing, zero or negative.'
            using errcode = 'PT002';
    end if;

    if coalesce(cardinality(todo), 0) < jsonb_array_length(_commands) then
        return query
        select c.n::integer, 'unknown_wallet', null::uuid, null::bigint, false
        from jsonb_array_elements(_commands) with ordinality as c(body, n)
        where c.n not in (select t.n from unnest(todo) t);
    end if;

    select k.fresh, k.known, k.waves into fresh, known, waves from points_split(todo) k;

    for wave_number in 1 .. coalesce(waves, 0) loop
        if waves > 1 then
            select array_agg(c order by c.n), array_agg(distinct c.kind)
            into part, kinds
            from unnest(fresh) c where c.wave = wave_number;
        else
            part := fresh;
        end if;
        if kinds && '{earn,adjust}' then return query select * from points_post_earns(part, _at); end if;
        if kinds && '{redeem,hold,gift,adjust_out}' then
            return query select * from points_post_draws(part, _at, _today);
        end if;
        if kinds && '{capture,release}' then return query select * from points_post_closes(part, _at, _today); end if;
        if 'reverse' = any(kinds) then return query select * from points_post_reverses(part, _at, _today); end if;
        if 'clawback' = any(kinds) then return query select * from points_post_clawbacks(part, _at, _today); end if;
    end loop;

    if known is not null then
        return query select * from points_answer_again(known);
    end if;
end $$;

-- Part the commands with new keys from those answered before, and deal the new ones to waves.
-- Scalar subqueries, not EXISTS: a generic plan made on empty tables must still be right at ten million rows.
create or replace function points_split(
    _todo points_command[], out fresh points_command[], out known points_command[], out waves integer)
language plpgsql as $$
begin
    if cardinality(_todo) = 1 then  -- the counter's case, without the sorting
        waves := 1;
        if (select true from points_transfer t
            where t.party_id = _todo[1].wallet and t.source = _todo[1].source and t.key = _todo[1].key) is null
            and (select true from points_refusal r
                 where r.party_id = _todo[1].wallet and r.source = _todo[1].source and r.key = _todo[1].key) is null
        then
            fresh := _todo;
        else
            known := _todo;
            waves := 0;
        end if;
        return;
    end if;
    with seen as (
        select c.*,
            row_number() over (partition by c.wallet, c.source, c.key order by c.n) > 1
            or (select true from points_transfer t
                where t.party_id = c.wallet and t.source = c.source and t.key = c.key) is not null
            or (select true from points_refusal r
                where r.party_id = c.wallet and r.source = c.source and r.key = c.key) is not null as old
        from unnest(_todo) c),
    neighbors as (
        select s.*, s.kind = 'earn'
            and lag(s.kind) over (partition by s.wallet, s.old order by s.n) = 'earn' as shares
        from seen s),
    waved as (
        select b.*, count(*) filter (where b.shares is not true)
            over (partition by b.wallet, b.old order by b.n) as turn
        from neighbors b),
    rows as (
        select old, turn, n,
            (n, kind, id, wallet, source, key, hash, issuer, terms, available_on, expires_on, merchant, points,
             follows, due_at, effective_at, facts, frozen, closed, turn)::points_command as command
        from waved)
    select array_agg(r.command order by r.n) filter (where not r.old),
        array_agg(r.command order by r.n) filter (where r.old),
        max(r.turn) filter (where not r.old)
    into fresh, known, waves
    from rows r;
end $$;

create or replace function points_answer_again(_known points_command[]) returns setof points_answer
language plpgsql as $$
begin
    return query
    select c.n,
        case when coalesce(t.request_hash, r.request_hash) <> c.hash then 'idempotency_key_reused'
             else coalesce(r.outcome, 'posted') end,
        case when coalesce(t.request_hash, r.request_hash) = c.hash then coalesce(t.id, r.id) end,
        case when r.request_hash = c.hash then r.available end,
        coalesce(t.request_hash, r.request_hash) = c.hash
    from unnest(_known) c
    left join points_transfer t on t.party_id = c.wallet and t.source = c.source and t.key = c.key
    left join points_refusal r on r.party_id = c.wallet and r.source = c.source and r.key = c.key;
end $$;
