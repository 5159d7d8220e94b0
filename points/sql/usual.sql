-- The counter's case, row by row: one earn or one redemption that nothing stands against. To start the sets of points_run
-- takes longer than all of this. Where anything is unusual (a key seen before, a frozen wallet, a debt, too few points, a
-- suspended issuer …) the answer is null, nothing is written, and points_run decides: the rules of refusal stand there alone.
create or replace function points_post_usual(_command jsonb, _at timestamptz, _today date) returns points_answer
language plpgsql as $$
declare
    c points_command := jsonb_populate_record(null::points_command, _command);
    done boolean;
begin
    perform points_check_clock(_at, _today);
    perform from points_wallet w
    where w.id = c.wallet and w.frozen_at is null and w.closed_at is null
    for no key update;
    if not found or c.points is null or c.points <= 0
        or (select true from points_transfer t where t.party_id = c.wallet and t.source = c.source and t.key = c.key)
        or (select true from points_refusal r where r.party_id = c.wallet and r.source = c.source and r.key = c.key)
    then
        return null;
    end if;
    case c.kind
        when 'earn' then done := points_earn_usual(c);
        when 'redeem' then done := points_redeem_usual(c, _today);
        else done := false;
    end case;
    if not done then
        return null;
    end if;
    insert into points_transfer
        (party_id, id, reason, source, key, request_hash, counterparty_id, effective_at, recorded_at, facts)
    values (c.wallet, c.id, c.kind, c.source, c.key, c.hash, c.merchant, c.effective_at, _at, c.facts);
    insert into points_unsealed (party_id, fact_id, what) values (c.wallet, c.id, 'transfer');
    return (1, 'posted', c.id, null, false)::points_answer;
end $$;

-- issuance -> lot. False, with nothing written, when the terms are not the issuer's or there is a debt to pay first.
create or replace function points_earn_usual(_asked points_command) returns boolean
language plpgsql as $$
declare
    debt uuid := points_account_id(_asked.wallet, 'arrears', _asked.issuer, null, null, null);
    lot uuid := points_account_id(
        _asked.wallet, 'lot', _asked.issuer, _asked.terms, _asked.available_on, _asked.expires_on);
begin
    if (select true from points_terms t where t.id = _asked.terms and t.issuer_id = _asked.issuer) is null
        or (select a.balance > 0 from points_account a where a.party_id = _asked.wallet and a.id = debt)
    then
        return false;
    end if;
    insert into points_account as a (party_id, id, kind, issuer_id, terms_id, available_on, expires_on, balance)
    values (_asked.wallet, lot, 'lot', _asked.issuer, _asked.terms, _asked.available_on, _asked.expires_on, _asked.points)
    on conflict (party_id, id) do update set balance = a.balance + excluded.balance;
    insert into points_posting
        (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
    values (_asked.wallet, _asked.id, 1, 'issuance', _asked.issuer, 'lot', lot, _asked.issuer, _asked.points);
    return true;
end $$;

-- lots -> merchant payable, soonest expiry first. False, with nothing written, when the lots don't reach, the merchant is not
-- there, or an issuer's suspension, also one that is over, decides what a lot's last day is.
create or replace function points_redeem_usual(_asked points_command, _today date) returns boolean
language plpgsql as $$
declare
    lot record;
    missing bigint := _asked.points;
    lots uuid[];
    issuers uuid[];
    takes bigint[];
begin
    if _asked.issuer is not null
        or (select true from points_merchant m where m.id = _asked.merchant and m.closed_at is null) is null
        or exists (select from points_issuer i where i.suspended_at is not null or i.kept_until >= _today)
    then
        return false;
    end if;
    for lot in
        select a.id, a.issuer_id, a.balance from points_account a
        where a.party_id = _asked.wallet and a.kind = 'lot' and a.balance > 0 and a.expires_on >= _today
            and (a.available_on is null or a.available_on <= _today)
        order by a.expires_on, a.available_on nulls first, a.id
    loop
        lots := lots || lot.id;
        issuers := issuers || lot.issuer_id;
        takes := takes || least(lot.balance, missing);
        missing := missing - least(lot.balance, missing);
        exit when missing = 0;
    end loop;
    if missing > 0 then
        return false;
    end if;
    for taken in 1 .. cardinality(lots) loop
        update points_account set balance = balance - takes[taken] where party_id = _asked.wallet and id = lots[taken];
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        values (_asked.wallet, _asked.id, taken, 'lot', lots[taken], 'payable', _asked.merchant, issuers[taken], takes[taken]);
    end loop;
    return true;
end $$;
