-- An account's id is the hash of its key: nobody looks it up, nobody races to create it.
create or replace function points_account_id(
    _party uuid, _kind text, _issuer uuid, _terms integer, _available date, _expires date) returns uuid
language sql immutable parallel safe
return encode(
    substring(
        sha256(
            uuid_send(_party) || uuid_send(_issuer) || int4send(coalesce(_terms, 0))
            || date_send(coalesce(_available, '-infinity')) || date_send(coalesce(_expires, 'infinity'))
            || _kind::bytea)
        from 1 for 16),
    'hex')::uuid;
