-- Write a security event. With `_most`, count it instead: the same thing again in one minute is one row, and beyond so many
-- rows of a kind in a minute all the rest is one row that names nobody. The login of the processes may call this and read
-- the table; it can't change or remove what is there.
create or replace function core_record_security_event(
    _kind text, _actor bigint, _about_kind text, _about_id text, _network text, _details jsonb, _at timestamptz, _most integer)
    returns void
language plpgsql security definer set search_path = public, pg_temp set jit = off as $$
declare
    _minute timestamptz := date_trunc('minute', _at);
begin
    if _most is null then
        insert into core_security_event (at, kind, actor_id, about_kind, about_id, network, details, times)
        values (_at, _kind, _actor, _about_kind, _about_id, _network, _details, 1);
        return;
    end if;
    if not exists (
            select from core_security_event e
            where e.minute = _minute and e.kind = _kind and e.network = _network
                and e.about_kind = _about_kind and e.about_id = _about_id)
        and (select count(*) from core_security_event e where e.minute = _minute and e.kind = _kind) >= _most then
        _about_kind := '';
        _about_id := '';
        _network := '';
        _details := '{}';
    end if;
    insert into core_security_event as e (at, kind, about_kind, about_id, network, details, minute, times)
    values (_at, _kind, _about_kind, _about_id, _network, _details, _minute, 1)
    on conflict (minute, kind, network, about_kind, about_id) where minute is not null do update set times = e.times + 1;
end $$;
grant execute on function core_record_security_event to {app};
