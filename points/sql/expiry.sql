-- What is left in lots past their last day goes to breakage, effective at that day's end. At any time, late or twice: a
-- lot with nothing left is not touched again. Locked first; what is in the lots is read by the next query. A wallet that
-- someone else has locked just now is left for the next time.
-- To find them the accounts are read through; no index serves that. One on the day alone would keep every lot that was ever
-- emptied (a million accounts, of which 700,000 are past their day and empty: 190 ms, and 240 ms without it), and one on lots
-- with points left would make each posting write an index: a balance is in none, so that it changes in place.
create or replace function points_expire(
    _limit integer, _run uuid, _at timestamptz, _today date, _zone text) returns bigint
language plpgsql security definer as $$
declare
    wallets uuid[];
    expired bigint;
begin
    perform points_check_clock(_at, _today);
    select array_agg(l.id) into wallets
    from (
        select w.id from points_wallet w
        where w.id in (
            select a.party_id from points_account a join points_issuer i on i.id = a.issuer_id
            where a.kind = 'lot' and a.expires_on < _today and a.balance > 0
                and points_last_day(a.expires_on, i.suspended_at, i.kept_from, i.kept_until) < _today
            limit _limit)
        order by w.id
        for no key update skip locked) l;

    with over as (
        select a.party_id, a.id, a.issuer_id, a.balance, points_new_id() as transfer_id,
            points_last_day(a.expires_on, i.suspended_at, i.kept_from, i.kept_until) as last_day
        from points_account a join points_issuer i on i.id = a.issuer_id
        where a.party_id = any(wallets) and a.kind = 'lot' and a.expires_on < _today and a.balance > 0
            and points_last_day(a.expires_on, i.suspended_at, i.kept_from, i.kept_until) < _today),
    emptied as (
        update points_account a set balance = 0 from over o where a.party_id = o.party_id and a.id = o.id),
    new_transfers as (
        insert into points_transfer
            (party_id, id, reason, source, key, request_hash, effective_at, recorded_at)
        select party_id, transfer_id, 'expire', 'expiry', id || ':' || _run, sha256(uuid_send(id)),
            (last_day + 1)::timestamp at time zone _zone, _at
        from over),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        select party_id, transfer_id, 1, 'lot', id, 'breakage', issuer_id, issuer_id, balance from over),
    to_seal as (
        insert into points_unsealed (party_id, fact_id, what) select party_id, transfer_id, 'transfer' from over)
    select count(*) into expired from over;
    return expired;
end $$;

-- A UUID of version 7 (RFC 9562, section 5.7), for facts that the database itself begins.
create or replace function points_new_id() returns uuid
language sql volatile as $$
    select encode(
        substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        || set_byte(substring(uuid_send(gen_random_uuid()) from 7), 0,
                    (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
        'hex')::uuid;
$$;
