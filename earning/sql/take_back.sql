-- Take back what a cancellation that is kept says, and keep what was taken of which award. A taking names an award of the
-- cancelled event, its points and the new fact's id; whose wallet it is, and which earn, is read from the award. All takings
-- of one cancellation never come to more than it says. The only way to points_claw_back.
create or replace function earning_take_back(_cancellation uuid, _takings jsonb, _at timestamptz, _today date)
    returns table (award bigint, taking bigint, outcome text, transfer_id uuid, available bigint)
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
    cancelled earning_cancellation;
    commands jsonb;
    awards bigint[];
    takes bigint[];
    answer points_answer;
begin
    select c.* into cancelled from earning_cancellation c where c.id = _cancellation for no key update;

    select array_agg(a.id order by w.n), array_agg(w.points order by w.n), jsonb_agg(
        jsonb_build_object(
            'kind', 'clawback', 'id', w.id, 'wallet', e.wallet_id, 'source', 'earning',
            'key', format('cancel:%s:%s', _cancellation, v.rule_id),
            'hash', sha256(convert_to(format('clawback|%s|%s', a.transfer_id, w.points), 'UTF8')),
            'points', w.points, 'follows', a.transfer_id, 'effective_at', cancelled.cancelled_at)
        order by w.n)
    into awards, takes, commands
    from rows from (jsonb_to_recordset(_takings) as (award bigint, points bigint, id uuid)) with ordinality
        as w(award, points, id, n)
    join earning_award a on a.id = w.award and a.event_id = cancelled.event_id and a.transfer_id is not null
    join earning_event e on e.id = a.event_id
    join earning_ruleversion v on v.id = a.version_id
    where w.points > 0;

    if cardinality(awards) is distinct from jsonb_array_length(_takings)
        or (select sum(t) from unnest(takes) t)
            + coalesce((select sum(k.points) from earning_takenback k where k.cancellation_id = _cancellation), 0)
            > cancelled.points
    then
        raise exception 'The cancellation % does not say so, or there is none.', _cancellation using errcode = 'PT004';
    end if;

    for answer in select * from points_claw_back(commands, _at, _today) loop
        award := awards[answer.n];
        outcome := answer.outcome;
        transfer_id := answer.transfer_id;
        available := answer.available;
        taking := null;
        if outcome = 'posted' then
            insert into earning_takenback as k (cancellation_id, award_id, transfer_id, points)
            values (_cancellation, award, answer.transfer_id, takes[answer.n])
            returning k.id into taking;
        end if;
        return next;
    end loop;
end $$;
revoke execute on function earning_take_back from public;
revoke all on sequence earning_takenback_id_seq from {app}, public;
grant execute on function earning_take_back to {app};
