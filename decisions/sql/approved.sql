-- An approval that may be acted on now, locked. No login calls this: the function of the package that acts does, and takes
-- from the row what is to be done. A decision that is not in the sealed log is none.
create or replace function decisions_approved(_approval uuid, _action text, _at timestamptz) returns decisions_approval
language plpgsql as $$
declare
    held decisions_approval;
begin
    select a.* into held from decisions_approval a where a.id = _approval for no key update;
    if held.id is null or held.action <> _action or held.state <> 'approved' or _at >= held.expires_at
        or not exists (
            select from points_statement s
            join branches_bank b on b.issuer_id = s.party_id
            where b.id = held.bank_id and s.kind = 'approval' and s.subject = held.id::text)
    then
        raise exception 'There is no approval % to act on: not given, used, over, of another action, or not in the log.', _approval
            using errcode = 'PT004';
    end if;
    return held;
end $$;
revoke execute on function decisions_approved from public;
