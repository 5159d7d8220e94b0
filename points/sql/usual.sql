-- The counter's case, row by row: one earn without a debt, or one redemption that the soonest lot covers. To start the sets of
-- points_run takes longer than all of this. Where anything is unusual (a key seen before, a frozen wallet, several lots, too
-- few points, a suspended issuer …) the answer is null, nothing is written, and points_run decides: the rules of refusal
-- stand there alone.
create or replace function points_post_usual(_command jsonb, _at timestamptz, _today date) returns points_answer
language plpgsql as $$
declare
    c points_command := jsonb_populate_record(null::points_command, _command);
    lot uuid;
    issuer uuid;
    earns boolean := c.kind = 'earn';
begin
    if c.kind not in ('earn', 'redeem') or c.points is null or c.points <= 0 then
        return null;
    end if;
    perform points_check_clock(_at, _today);
    perform from points_wallet w
    where w.id = c.wallet and w.frozen_at is null and w.closed_at is null
    for no key update;
    if not found
        or (select true from points_transfer t where t.party_id = c.wallet and t.source = c.source and t.key = c.key)
        or (select true from points_refusal r where r.party_id = c.wallet and r.source = c.source and r.key = c.key)
    then
        return null;
    end if;

    if earns then
        insert into points_account as a (party_id, id, kind, issuer_id, terms_id, available_on, expires_on, balance)
        select c.wallet, points_account_id(c.wallet, 'lot', c.issuer, c.terms, c.available_on, c.expires_on),
            'lot', c.issuer, c.terms, c.available_on, c.expires_on, c.points
        from points_terms t
        where t.id = c.terms and t.issuer_id = c.issuer
            and coalesce((
                select d.balance from points_account d
                where d.party_id = c.wallet
                    and d.id = points_account_id(c.wallet, 'arrears', c.issuer, null, null, null)), 0) = 0
        on conflict (party_id, id) do update set balance = a.balance + excluded.balance
        returning a.id, a.issuer_id into lot, issuer;
    elsif c.kind = 'redeem' and c.issuer is null then
        update points_account a set balance = a.balance - c.points
        from (
            select s.id from points_account s
            where s.party_id = c.wallet and s.kind = 'lot' and s.balance > 0 and s.expires_on >= _today
                and (s.available_on is null or s.available_on <= _today)
            order by s.expires_on, s.available_on nulls first, s.id
            limit 1) soonest
        where a.party_id = c.wallet and a.id = soonest.id and a.balance >= c.points
            and exists (select from points_merchant m where m.id = c.merchant and m.closed_at is null)
            and not exists (select from points_issuer i where i.suspended_at is not null or i.kept_until >= _today)
        returning a.id, a.issuer_id into lot, issuer;
    end if;
    if lot is null then
        return null;
    end if;

    insert into points_transfer
        (party_id, id, reason, source, key, request_hash, counterparty_id, effective_at, recorded_at, facts)
    values (c.wallet, c.id, c.kind, c.source, c.key, c.hash, c.merchant, c.effective_at, _at, c.facts);
    insert into points_posting
        (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
    values (
        c.wallet, c.id, 1, case when earns then 'issuance' else 'lot' end, case when earns then issuer else lot end,
        case when earns then 'lot' else 'payable' end, case when earns then lot else c.merchant end, issuer, c.points);
    insert into points_unsealed (party_id, fact_id, what) values (c.wallet, c.id, 'transfer');
    return (1, 'posted', c.id, null, false)::points_answer;
end $$;
