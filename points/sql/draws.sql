-- Points leave their lots, soonest expiry first:
--   redeem -> merchant payable · hold -> the lot's held twin · gift -> transit · adjust_out -> issuance (one issuer's lots)
-- What is spendable is decided here, by the day of recording: no job has to run before points become spendable or stop
-- being so. Points that wait, for their day or for their suspended issuer, can be taken out by an adjustment, but not spent.
create or replace function points_post_draws(
    _part points_command[], _at timestamptz, _today date) returns setof points_answer
language plpgsql as $$
begin
    return query
    with lots as (
        select c.*, a.id as lot_id, a.issuer_id as lot_issuer, a.terms_id as lot_terms, a.available_on as lot_from,
            a.expires_on as lot_to, a.balance,
            coalesce(sum(a.balance) over (partition by c.n), 0)::bigint as spendable,
            sum(a.balance) over spending as upto,
            row_number() over spending as number
        from unnest(_part) c
        left join (points_account a join points_issuer i on i.id = a.issuer_id)
            on a.party_id = c.wallet and a.kind = 'lot' and a.balance > 0
            and a.expires_on >= least(_today, (
                select min(k.kept_from) from points_issuer k where k.suspended_at is not null or k.kept_until >= _today))
            and points_last_day(a.expires_on, i.suspended_at, i.kept_from, i.kept_until) >= _today
            and (c.kind = 'adjust_out'
                 or (i.suspended_at is null and (a.available_on is null or a.available_on <= _today)))
            and (c.issuer is null or a.issuer_id = c.issuer)
        where c.kind in ('redeem', 'hold', 'gift', 'adjust_out')
        window spending as (partition by c.n order by a.expires_on, a.available_on nulls first, a.id)),
    decided as (
        select l.*,
            case when l.closed then 'wallet_closed'
                 when l.frozen and l.kind <> 'adjust_out' then 'wallet_frozen'
                 when l.kind in ('redeem', 'hold')
                     and (select true from points_merchant m where m.id = l.merchant and m.closed_at is null) is null
                     then 'unknown_merchant'
                 when l.spendable < l.points then 'insufficient_points'
                 else 'posted' end as outcome
        from lots l),
    taken as (
        select d.*, least(d.balance, d.points - (d.upto - d.balance))::bigint as take,
            case d.kind when 'redeem' then 'payable' when 'hold' then 'hold' when 'gift' then 'transit'
                else 'issuance' end as to_kind,
            case d.kind when 'redeem' then d.merchant
                when 'hold' then points_account_id(d.wallet, 'hold', d.lot_issuer, d.lot_terms, d.lot_from, d.lot_to)
                when 'gift' then d.id
                else d.lot_issuer end as to_id
        from decided d
        where d.outcome = 'posted' and d.upto - d.balance < d.points),
    drawn as (
        update points_account a set balance = a.balance - t.take
        from taken t
        where a.party_id = t.wallet and a.id = t.lot_id),
    held as (
        insert into points_account as a
            (party_id, id, kind, issuer_id, terms_id, available_on, expires_on, balance)
        select wallet, to_id, 'hold', lot_issuer, lot_terms, lot_from, lot_to, take from taken where kind = 'hold'
        on conflict (party_id, id) do update set balance = a.balance + excluded.balance),
    new_transfers as (
        insert into points_transfer
            (party_id, id, reason, source, key, request_hash, counterparty_id, effective_at, recorded_at, facts)
        select wallet, id, case kind when 'adjust_out' then 'adjust' else kind end, source, key, hash, merchant,
            effective_at, _at, facts
        from decided where outcome = 'posted' and number = 1),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        select wallet, id, number, 'lot', lot_id, to_kind, to_id, lot_issuer, take from taken),
    open_holds as (
        insert into points_open_hold (party_id, transfer_id, due_at)
        select wallet, id, due_at from decided where outcome = 'posted' and number = 1 and kind = 'hold'),
    new_refusals as (
        insert into points_refusal (party_id, source, key, id, reason, request_hash, outcome, available, recorded_at)
        select wallet, source, key, id, case kind when 'adjust_out' then 'adjust' else kind end, hash, outcome,
            case when not closed then spendable end, _at
        from decided where outcome <> 'posted' and number = 1),
    to_seal as (
        insert into points_unsealed (party_id, fact_id, what)
        select wallet, id, case outcome when 'posted' then 'transfer' else 'refusal' end
        from decided where number = 1 order by n)
    select d.n, d.outcome, d.id, case when d.outcome <> 'posted' and not d.closed then d.spendable end, false
    from decided d where d.number = 1;
end $$;
