-- What a redemption reads and writes beside the ledger. As functions, because their plans are kept: to plan these queries
-- each time takes longer than to run them.

-- What an outlet's key was answered: a redemption, or a refusal that was kept. A key that gave points back answers no
-- redemption, and has no number here.
create or replace function redemptions_answer(_outlet bigint, _key text)
    returns table (redeemed boolean, number bigint, request_hash bytea)
language sql stable as $$
    select true, r.number, r.request_hash from redemptions_redemption r where r.outlet_id = _outlet and r.key = _key
    union all
    select false, r.id, r.request_hash from redemptions_refusedredemption r where r.outlet_id = _outlet and r.key = _key
    union all
    select false, null, u.request_hash from redemptions_undo u where u.outlet_id = _outlet and u.key = _key
    union all
    select false, null, r.request_hash from redemptions_refund r where r.outlet_id = _outlet and r.key = _key;
$$;

-- Lock the key until the transaction ends, lock the cashier's checkout, and look what was answered before. Each step is a
-- query of its own, since each must see what was committed while the one before it waited. No checkout comes back when the
-- cashier has none of that id, or was dismissed, or the outlet is closed. `slow_until` is when the cool-down of a new phone or
-- bank link ends, where there is one.
create or replace function redemptions_lock_checkout(
    _lock bigint, _key text, _cashier bigint, _outlet bigint, _checkout uuid,
    out checkout_id uuid, out resident_id uuid, out wallet_id uuid, out expires_at timestamptz, out closed_at timestamptz,
    out resident_name text, out used boolean, out redeemed boolean, out number bigint, out request_hash bytea,
    out slow_until timestamptz)
language plpgsql as $$
begin
    perform pg_advisory_xact_lock(_lock);
    select c.id, c.resident_id, c.wallet_id, c.expires_at, c.closed_at, r.name, greatest(c.slow_until, r.slow_until)
    into checkout_id, resident_id, wallet_id, expires_at, closed_at, resident_name, slow_until
    from redemptions_checkout c
    join residents_resident r on r.id = c.resident_id
    join merchants_cashier s on s.id = c.cashier_id
    join merchants_outlet o on o.id = c.outlet_id
    where c.id = _checkout and c.cashier_id = _cashier and s.dismissed_at is null and o.closed_at is null
    for update of c;
    used := exists (select from redemptions_redemption r where r.checkout_id = redemptions_lock_checkout.checkout_id);
    select a.redeemed, a.number, a.request_hash into redeemed, number, request_hash from redemptions_answer(_outlet, _key) a;
end $$;

-- Post the command that redeems what a checkout asks for, and if the ledger posted it, keep the redemption and tell of it.
-- `_looked` says that the cool-down was looked at under its lock. Otherwise a link claimed while this waited for the wallet
-- would be missed: then nothing is redeemed, and the till asks again.
create or replace function redemptions_redeem(
    _command jsonb, _at timestamptz, _today date, _checkout uuid, _key text, _hash bytea, _topic text, _looked boolean,
    out outcome text, out transfer_id uuid, out available bigint, out again boolean, out number bigint)
language plpgsql as $$
begin
    select a.outcome, a.transfer_id, a.available, a.again into outcome, transfer_id, available, again
    from points_post(_command, _at, _today) a;
    if outcome = 'posted' then
        insert into redemptions_redemption as r
            (checkout_id, way, outlet_id, cashier_id, resident_id, wallet_id, transfer_id, points, key, request_hash, redeemed_at)
        select c.id, c.way, c.outlet_id, c.cashier_id, c.resident_id, c.wallet_id, redemptions_redeem.transfer_id,
            (_command -> 0 ->> 'points')::bigint, _key, _hash, _at
        from redemptions_checkout c join residents_resident p on p.id = c.resident_id
        where c.id = _checkout and (_looked or p.slow_until is null or p.slow_until <= _at)
        returning r.number into number;
        if number is null then
            raise exception 'a link was claimed meanwhile' using errcode = 'lock_not_available';
        end if;
        perform outbox_publish(_topic, jsonb_build_object('redemption', number), _at);
    end if;
end $$;

-- Both of these at once, for a checkout that nothing hinders; one query is a transaction of its own. The command comes without
-- its wallet, which the checkout knows. Where there is no number, no redemption was kept: why not, and what is kept of that, is
-- decided by who asks for one after the other. A refusal of the ledger is kept under its key and is answered again.
create or replace function redemptions_redeem_unhindered(
    _command jsonb, _at timestamptz, _today date,
    _lock bigint, _key text, _cashier bigint, _outlet bigint, _checkout uuid, _hash bytea, _topic text,
    out number bigint, out transfer_id uuid, out wallet_id uuid, out resident_id uuid, out resident_name text)
language plpgsql as $$
declare
    locked record;
    done record;
begin
    select c.* into locked from redemptions_lock_checkout(_lock, _key, _cashier, _outlet, _checkout) c;
    if locked.checkout_id is null or locked.redeemed is not null or locked.used or locked.closed_at is not null
        or _at >= locked.expires_at or locked.slow_until > _at then
        return;
    end if;
    select r.* into done
    from redemptions_redeem(
        jsonb_set(_command, '{0,wallet}', to_jsonb(locked.wallet_id)), _at, _today, _checkout, _key, _hash, _topic, false) r;
    if done.number is not null then
        number := done.number;
        transfer_id := done.transfer_id;
        wallet_id := locked.wallet_id;
        resident_id := locked.resident_id;
        resident_name := locked.resident_name;
    end if;
end $$;

grant execute on function
    redemptions_answer, redemptions_lock_checkout, redemptions_redeem, redemptions_redeem_unhindered to {app};
