-- The moment and the day come from Python; this is where the database says whether they can be true. Every way in that
-- decides by the clock asks here: within five minutes of the database's own clock (a sandbox may post at any time), and on
-- a day that some time zone on earth has at that moment.
create or replace function points_check_clock(_at timestamptz, _today date) returns void
language plpgsql stable as $$
begin
    if abs(extract(epoch from clock_timestamp() - _at)) > 300 and not (select sandbox from points_mode) then
        raise exception 'The moment % is more than five minutes from the database''s clock.', _at
            using errcode = 'PT001', hint = 'Set the clocks of the application and database servers.';
    end if;
    if abs(_today - (_at at time zone 'UTC')::date) > 1 then
        raise exception 'The day % is not the day of the moment %.', _today, _at using errcode = 'PT001';
    end if;
end $$;
