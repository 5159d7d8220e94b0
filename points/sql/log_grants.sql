-- The run-time login ({app}) reads the log and grows it through its entry functions; it erases no salt.
revoke insert, update, delete, truncate on
    points_salt, points_declaration, points_log, points_tile, points_checkpoint, points_cosignature from {app}, public;
grant select on
    points_salt, points_declaration, points_log, points_tile, points_checkpoint, points_cosignature to {app};

grant execute on function points_facts, points_kind, points_nobody to {app};
alter function points_facts set enable_seqscan = off;
alter function points_facts set enable_hashjoin = off;
alter function points_facts set enable_mergejoin = off;
alter function points_seal set enable_seqscan = off;
alter function points_seal set enable_hashjoin = off;
alter function points_seal set enable_mergejoin = off;
