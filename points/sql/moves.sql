-- Points that go from one wallet to another: two transfers in one database transaction, joined by a transit account that
-- bears the first one's id and must come out at zero.

-- Two wallets are locked in the order of their ids, as everywhere.
create or replace function points_lock_two(_one uuid, _other uuid) returns void
language plpgsql as $$
begin
    perform from points_wallet w where w.id in (_one, _other) order by w.id for no key update;
end $$;

-- What another wallet's transfer put in transit comes in: debts as debts, lots as the same lots, arrears paid first.
create or replace function points_receive(
    _from uuid, _sent uuid, _to uuid, _id uuid, _reason text, _at timestamptz) returns void
language plpgsql as $$
begin
    with owed as (
        select p.number, p.issuer_id, p.points as coming,
            points_account_id(_to, 'arrears', p.issuer_id, null, null, null) as arrears_id
        from points_posting p
        where p.party_id = _from and p.transfer_id = _sent and p.source_kind = 'transit'),
    lots as (
        select p.number, p.issuer_id, p.points as coming, a.terms_id, a.available_on, a.expires_on,
            points_account_id(_to, 'lot', p.issuer_id, a.terms_id, a.available_on, a.expires_on) as lot_id,
            points_account_id(_to, 'arrears', p.issuer_id, null, null, null) as arrears_id,
            sum(p.points) over (partition by p.issuer_id order by p.number) - p.points as before
        from points_posting p
        join points_account a on a.party_id = _from and a.id = p.source_id
        where p.party_id = _from and p.transfer_id = _sent and p.target_kind = 'transit'),
    shared as (
        select l.*,
            greatest(0, least(l.coming,
                coalesce((select a.balance from points_account a where a.party_id = _to and a.id = l.arrears_id), 0)
                + coalesce((select sum(o.coming) from owed o where o.issuer_id = l.issuer_id), 0)
                - l.before))::bigint as paid
        from lots l),
    debts as (
        insert into points_account as a (party_id, id, kind, issuer_id, balance)
        select _to, arrears_id, 'arrears', issuer_id, sum(delta)
        from (
            select arrears_id, issuer_id, coming as delta from owed
            union all
            select arrears_id, issuer_id, -paid from shared where paid > 0) d
        group by 2, 4
        having sum(delta) >= 0
        on conflict (party_id, id) do update set balance = a.balance + excluded.balance),
    less_debts as (
        update points_account a set balance = a.balance + d.delta
        from (
            select arrears_id, sum(delta) as delta
            from (
                select arrears_id, coming as delta from owed
                union all
                select arrears_id, -paid from shared where paid > 0) d
            group by 1
            having sum(delta) < 0) d
        where a.party_id = _to and a.id = d.arrears_id),
    new_lots as (
        insert into points_account as a
            (party_id, id, kind, issuer_id, terms_id, available_on, expires_on, balance)
        select _to, lot_id, 'lot', issuer_id, terms_id, available_on, expires_on, sum(coming - paid)
        from shared
        where coming > paid
        group by 1, 2, 3, 4, 5, 6, 7
        on conflict (party_id, id) do update set balance = a.balance + excluded.balance),
    moves as (
        select 1 as turn, number, 'arrears' as from_kind, arrears_id as from_id, 'transit' as to_kind, _sent as to_id,
            issuer_id, coming as moved
        from owed
        union all
        select 2, number, 'transit', _sent, 'arrears', arrears_id, issuer_id, paid from shared where paid > 0
        union all
        select 3, number, 'transit', _sent, 'lot', lot_id, issuer_id, coming - paid from shared where coming > paid),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        select _to, _id, row_number() over (order by turn, number), from_kind, from_id, to_kind, to_id, issuer_id, moved
        from moves),
    new_transfer as (
        insert into points_transfer
            (party_id, id, reason, source, key, request_hash, counterparty_id, effective_at, recorded_at)
        select _to, _id, _reason, t.source, _reason || ' from ' || _sent, t.request_hash, _from, t.effective_at, _at
        from points_transfer t
        where t.party_id = _from and t.id = _sent)
    insert into points_unsealed (party_id, fact_id, what) values (_to, _id, 'transfer');
end $$;

-- gift: the other wallet is the command's `merchant`. Unknown or closed, it takes no gift.
create or replace function points_gift(_command jsonb, _received uuid, _at timestamptz, _today date)
returns setof points_answer
language plpgsql security definer as $$
declare
    from_wallet uuid := (_command ->> 'wallet')::uuid;
    to_wallet uuid := (_command ->> 'merchant')::uuid;
    answer points_answer;
begin
    perform points_lock_two(from_wallet, to_wallet);
    if from_wallet = to_wallet
        or (select true from points_wallet w where w.id = to_wallet and w.closed_at is null) is null
    then
        return query select 1, 'unknown_wallet', null::uuid, null::bigint, false;
        return;
    end if;
    select * into answer from points_run(jsonb_build_array(_command), _at, _today, '{gift}');
    if answer.outcome = 'posted' and not answer.again then
        perform points_receive(from_wallet, answer.transfer_id, to_wallet, _received, 'gift', _at);
    end if;
    return next answer;
end $$;

-- All lots and debts of a wallet go into transit, whatever their dates; nothing to move is no transfer.
create or replace function points_send_all(
    _from uuid, _to uuid, _id uuid, _key text, _hash bytea, _at timestamptz) returns boolean
language plpgsql as $$
begin
    if (select count(*) from points_account a
        where a.party_id = _from and a.kind in ('lot', 'arrears') and a.balance > 0) = 0
    then
        return false;
    end if;
    with moved as (
        select a.id, a.kind, a.issuer_id, a.balance,
            row_number() over (order by a.kind, a.expires_on, a.available_on nulls first, a.id) as number
        from points_account a
        where a.party_id = _from and a.kind in ('lot', 'arrears') and a.balance > 0),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        select _from, _id, number, 'lot', id, 'transit', _id, issuer_id, balance from moved where kind = 'lot'
        union all
        select _from, _id, number, 'transit', _id, 'arrears', id, issuer_id, balance from moved where kind = 'arrears'),
    emptied as (
        update points_account a set balance = 0 from moved m where a.party_id = _from and a.id = m.id),
    new_transfer as (
        insert into points_transfer
            (party_id, id, reason, source, key, request_hash, counterparty_id, effective_at, recorded_at)
        values (_from, _id, 'merge', 'residents', _key, _hash, _to, _at, _at))
    insert into points_unsealed (party_id, fact_id, what) values (_from, _id, 'transfer');
    return true;
end $$;

-- merge: everything of one wallet goes to another of the same person; the first is closed and names its successor.
create or replace function points_merge(
    _from uuid, _to uuid, _ids uuid[], _key text, _hash bytea, _at timestamptz) returns setof points_answer
language plpgsql security definer as $$
declare
    sender points_wallet;
    known points_transfer;
begin
    perform points_check_clock(_at, null);
    perform points_lock_two(_from, _to);
    select * into sender from points_wallet w where w.id = _from;
    if sender.successor_id = _to then  -- done before: the first answer again
        return query
        select 1, 'posted', (select t.id from points_transfer t
            where t.party_id = _from and t.source = 'residents' and t.key = _key), null::bigint, true;
    elsif sender.id is null or _from = _to
        or (select true from points_wallet w where w.id = _to and w.closed_at is null) is null
    then
        return query select 1, 'unknown_wallet', null::uuid, null::bigint, false;
    elsif sender.closed_at is not null then
        return query select 1, 'wallet_closed', null::uuid, null::bigint, false;
    elsif sender.frozen_at is not null then
        return query select 1, 'wallet_frozen', null::uuid, null::bigint, false;
    elsif (select count(*) from points_open_hold o where o.party_id = _from) > 0 then
        return query select 1, 'hold_open', null::uuid, null::bigint, false;
    else
        if points_send_all(_from, _to, _ids[1], _key, _hash, _at) then
            perform points_receive(_from, _ids[1], _to, _ids[2], 'merge', _at);
            return query select 1, 'posted', _ids[1], null::bigint, false;
        else
            return query select 1, 'posted', null::uuid, null::bigint, false;
        end if;
        update points_wallet set closed_at = _at, successor_id = _to where id = _from;
    end if;
end $$;
