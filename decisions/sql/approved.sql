-- An approval that may be acted on now, locked. No login calls this: the function of the package that acts does, and takes
-- from the row what is to be done. A decision that is not in the sealed log is none.
create or replace function decisions_approved(_approval uuid, _action text, _at timestamptz) returns decisions_approval
language plpgsql as $$
declare
    approval decisions_approval;
begin
    select a.* into approval from decisions_approval a where a.id = _approval for no key update;
    if approval.id is null or approval.action <> _action or approval.state <> 'approved' or _at >= approval.expires_at
        or not exists (
            select from points_declaration s
            join branches_bank b on b.issuer_id = s.party_id
            where b.id = approval.bank_id and s.kind = 'approval' and s.subject = approval.id::text)
    then
        raise exception 'There is no approval % to act on: not given, used, over, of another action, or not in the log.', _approval
            using errcode = 'PT004';
    end if;
    return approval;
end $$;
revoke execute on function decisions_approved from public;
