-- The only writers of the ledger's reference rows. Each may be called again with the same arguments.

-- A wallet gets the salt that hides it in the log; a salt that was erased does not come back.
create or replace function points_open_wallets(_ids uuid[], _at timestamptz) returns void
language plpgsql security definer as $$
begin
    with opened as (
        insert into points_wallet (id, opened_at) select id, _at from unnest(_ids) id order by id on conflict do nothing
        returning id)
    insert into points_salt (wallet_id, salt)
    select id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) from opened;
end $$;

create or replace function points_open_issuer(_id uuid, _at timestamptz) returns void
language sql security definer as $$
    insert into points_issuer (id, opened_at) values (_id, _at) on conflict do nothing;
$$;

create or replace function points_open_merchant(_id uuid, _at timestamptz) returns void
language sql security definer as $$
    insert into points_merchant (id, opened_at) values (_id, _at) on conflict do nothing;
$$;

create or replace function points_close_merchant(_id uuid, _at timestamptz) returns void
language sql security definer as $$
    update points_merchant set closed_at = _at where id = _id and closed_at is null;
$$;

-- A new version of an issuer's terms; null when it would reach back over a version that stands.
create or replace function points_add_terms(
    _issuer uuid, _months integer, _grace_days integer, _starts_on date, _at timestamptz, _today date) returns integer
language plpgsql security definer as $$
declare
    added integer;
begin
    perform 1 from points_issuer where id = _issuer for update;
    select id into added from points_terms
    where issuer_id = _issuer and starts_on = _starts_on and months = _months and grace_days = _grace_days;
    if added is null and not exists (
        select from points_terms where issuer_id = _issuer and (starts_on >= _starts_on or _starts_on < _today))
    then
        insert into points_terms (issuer_id, months, grace_days, starts_on, recorded_at)
        values (_issuer, _months, _grace_days, _starts_on, _at)
        returning id into added;
        perform points_record_declaration(_issuer, gen_random_uuid(), 'terms', added::text, points_terms_words(t), _at)
        from points_terms t where t.id = added;
    end if;
    return added;
end $$;

create or replace function points_freeze_wallet(_id uuid, _at timestamptz) returns void
language sql security definer as $$
    update points_wallet set frozen_at = _at where id = _id and frozen_at is null;
$$;

create or replace function points_unfreeze_wallet(_id uuid) returns void
language sql security definer as $$
    update points_wallet set frozen_at = null where id = _id;
$$;
