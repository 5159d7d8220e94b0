-- The entries to points_run: who may ask for what is decided by the grant on each.

create or replace function points_post(_commands jsonb, _at timestamptz, _today date) returns setof points_answer
language plpgsql security definer as $$
declare
    usual points_answer;
begin
    if jsonb_array_length(_commands) = 1 then
        usual := points_post_usual(_commands -> 0, _at, _today);
        if usual.outcome is not null then
            return next usual;
            return;
        end if;
    end if;
    return query select * from points_run(
        _commands, _at, _today, '{earn,redeem,hold,capture,release,reverse}');
    if _commands @> '[{"kind": "reverse"}]' then
        perform points_pass_on(_commands, _at);
    end if;
end $$;

-- For the function of the package that keeps cancellations (earning/sql/take_back.sql) alone.
-- One after the other when a wallet among them was merged: what is left of a lot is then not under its own lock alone.
create or replace function points_claw_back(_commands jsonb, _at timestamptz, _today date) returns setof points_answer
language plpgsql security definer as $$
declare
    asked record;
begin
    perform from points_wallet w
    where w.id in (select (c.body ->> 'wallet')::uuid from jsonb_array_elements(_commands) as c(body))
    order by w.id
    for no key update;
    if (select count(*) from points_wallet w
        where w.successor_id is not null
            and w.id in (select (c.body ->> 'wallet')::uuid from jsonb_array_elements(_commands) as c(body))) = 0
    then
        return query select * from points_run(_commands, _at, _today, '{clawback}');
        return;
    end if;
    for asked in select c.body, c.n::integer from jsonb_array_elements(_commands) with ordinality as c(body, n) order by 2
    loop
        return query select asked.n, r.outcome, r.transfer_id, r.available, r.again
            from points_run(jsonb_build_array(asked.body), _at, _today, '{clawback}') r;
        perform points_pass_on_debt((asked.body ->> 'wallet')::uuid, (asked.body ->> 'id')::uuid, _at);
    end loop;
end $$;

-- For the function that reads the approval of a second person (residents/sql/adjust.sql) alone; the key is the approval's id.
create or replace function points_adjust(_command jsonb, _at timestamptz, _today date) returns setof points_answer
language sql security definer as $$
    select * from points_run(jsonb_build_array(_command), _at, _today, '{adjust,adjust_out}');
$$;
