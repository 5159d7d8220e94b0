-- Write news in the caller's transaction: it exists exactly when the fact does.
create or replace function outbox_publish(_topic text, _payload jsonb, _at timestamptz) returns void
language plpgsql as $$
begin
    insert into outbox_outboxevent (topic, payload, made_at, next_try_at, tries, last_error)
    values (_topic, _payload, _at, _at, 0, '');
end $$;
grant execute on function outbox_publish to {app};
