-- What still happens to a wallet after it was merged into another: a redemption of it is given back, an earn is taken back.
-- The fact stays with the wallet it is about, and what comes of it is passed on in the same database transaction.

-- The wallet that took a wallet's place in the end, locked like all between. (These locks come after those of the call, out
-- of order: should they meet another merge the other way round, one of both is told to try again.)
create or replace function points_lock_last(_wallet uuid) returns uuid
language plpgsql as $$
declare
    last uuid := _wallet;
    next uuid;
begin
    loop
        select w.successor_id into next from points_wallet w where w.id = last for no key update;
        if next is null then
            return last;
        end if;
        last := next;
    end loop;
end $$;

-- A wallet and all that were merged into one with it.
create or replace function points_merged_with(_wallet uuid) returns setof uuid
language sql stable as $$
    with recursive after as (
        select w.id, w.successor_id from points_wallet w where w.id = _wallet
        union all
        select w.id, w.successor_id from after a join points_wallet w on w.id = a.successor_id),
    before as (
        select a.id from after a where a.successor_id is null
        union all
        select w.id from before b join points_wallet w on w.successor_id = b.id)
    select b.id from before b;
$$;

-- What was given back to merged wallets goes on, whole, as in the merge itself.
create or replace function points_pass_on(_commands jsonb, _at timestamptz) returns void
language plpgsql as $$
declare
    merged uuid;
    last uuid;
    sent uuid;
begin
    for merged in
        select w.id from points_wallet w
        where w.successor_id is not null and w.id in (
            select (c.body ->> 'wallet')::uuid
            from jsonb_array_elements(_commands) as c(body) where c.body ->> 'kind' = 'reverse')
        order by w.id
    loop
        last := points_lock_last(merged);
        sent := points_new_id();
        if points_send_all(merged, last, sent, 'passed on as ' || sent, sha256(uuid_send(sent)), _at) then
            perform points_receive(merged, sent, last, points_new_id(), 'merge', _at);
        end if;
    end loop;
end $$;

-- What a clawback left a merged wallet owing goes on: the points it was about moved to the same lot of the wallet that took
-- its place, so what is left there pays; the rest is owed there. Without a debt there is nothing to do.
create or replace function points_pass_on_debt(_wallet uuid, _clawback uuid, _at timestamptz) returns void
language plpgsql as $$
declare
    owed points_posting;
    lot points_account;
    last uuid;
    paid bigint;
    sent uuid := points_new_id();
    received uuid := points_new_id();
begin
    select p.* into owed from points_posting p
    where p.party_id = _wallet and p.transfer_id = _clawback and p.source_kind = 'arrears';
    if owed.points is null then
        return;
    end if;
    last := points_lock_last(_wallet);
    if last = _wallet then
        return;
    end if;

    select l.* into lot
    from points_transfer t
    join points_posting p on p.party_id = t.party_id and p.transfer_id = t.follows and p.target_kind = 'lot'
    join points_account e on e.party_id = p.party_id and e.id = p.target_id
    join points_account l on l.party_id = last and l.id = points_account_id(
        last, 'lot', e.issuer_id, e.terms_id, e.available_on, e.expires_on)
    where t.party_id = _wallet and t.id = _clawback;
    paid := least(owed.points, coalesce(lot.balance, 0));

    update points_account a set balance = a.balance - owed.points where a.party_id = _wallet and a.id = owed.source_id;
    update points_account a set balance = a.balance - paid where a.party_id = last and a.id = lot.id and paid > 0;
    insert into points_account as a (party_id, id, kind, issuer_id, balance)
    select last, points_account_id(last, 'arrears', owed.issuer_id, null, null, null), 'arrears', owed.issuer_id,
        owed.points - paid
    where owed.points > paid
    on conflict (party_id, id) do update set balance = a.balance + excluded.balance;

    insert into points_transfer
        (party_id, id, reason, source, key, request_hash, counterparty_id, effective_at, recorded_at)
    values
        (_wallet, sent, 'merge', 'residents', 'passed on as ' || sent, sha256(uuid_send(sent)), last, _at, _at),
        (last, received, 'merge', 'residents', 'merge from ' || sent, sha256(uuid_send(sent)), _wallet, _at, _at);
    insert into points_posting
        (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
    select _wallet, sent, 1, 'transit', sent, 'arrears', owed.source_id, owed.issuer_id, owed.points
    union all
    select last, received, 1, 'lot', lot.id, 'transit', sent, owed.issuer_id, paid where paid > 0
    union all
    select last, received, case when paid > 0 then 2 else 1 end, 'arrears',
        points_account_id(last, 'arrears', owed.issuer_id, null, null, null), 'transit', sent, owed.issuer_id,
        owed.points - paid
    where owed.points > paid;
    insert into points_unsealed (party_id, fact_id, what)
    values (_wallet, sent, 'transfer'), (last, received, 'transfer');
end $$;
