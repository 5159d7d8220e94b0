-- A hold ends, once. capture: held twin -> merchant payable, whole or part; what is not captured, and everything of a
-- release, goes back: arrears of the issuer first, the rest -> its lot, or breakage when the lot has expired meanwhile.
create or replace function points_post_closes(
    _part points_command[], _at timestamptz, _today date) returns setof points_answer
language plpgsql as $$
begin
    return query
    with held as (
        select c.*, t.id as hold_id, o.due_at as due, t.counterparty_id as owed_to, p.number as held_number,
            p.source_id as lot_id, p.target_id as twin_id, p.issuer_id as lot_issuer, p.points as held,
            (select points_last_day(a.expires_on, i.suspended_at, i.kept_from, i.kept_until) < _today
             from points_account a join points_issuer i on i.id = a.issuer_id
             where a.party_id = c.wallet and a.id = p.source_id) as expired,
            coalesce(sum(p.points) over (partition by c.n), 0)::bigint as total,
            sum(p.points) over (partition by c.n order by p.number) as upto,
            row_number() over (partition by c.n order by p.number) as place
        from unnest(_part) c
        left join points_transfer t on t.party_id = c.wallet and t.id = c.follows and t.reason = 'hold'
        left join points_open_hold o on o.party_id = c.wallet and o.transfer_id = t.id
        left join points_posting p on p.party_id = c.wallet and p.transfer_id = o.transfer_id
        where c.kind in ('capture', 'release')),
    decided as (
        select h.*, case h.kind when 'capture' then coalesce(h.points, h.total) else 0 end as wanted,
            case when h.hold_id is null then 'unknown_transfer'
                 when h.due is null then 'hold_closed'
                 when h.kind = 'capture' and h.due < _at then 'hold_overdue'
                 when h.kind = 'capture' and h.points > h.total then 'more_than_is_left'
                 else 'posted' end as outcome
        from held h),
    shared as (
        select d.*, greatest(0, least(d.held, d.wanted - (d.upto - d.held)))::bigint as captured,
            points_account_id(d.wallet, 'arrears', d.lot_issuer, null, null, null) as arrears_id
        from decided d where d.outcome = 'posted'),
    returned as (
        select s.*, s.held - s.captured as rest,
            case when s.expired then 0 else greatest(0, least(s.held - s.captured, coalesce((
                select a.balance from points_account a where a.party_id = s.wallet and a.id = s.arrears_id), 0)
                - (sum(case when s.expired then 0 else s.held - s.captured end)
                       over (partition by s.n, s.lot_issuer order by s.place)
                   - (s.held - s.captured)))) end::bigint as paid
        from shared s),
    moves as (
        select wallet, id, n, held_number, 1 as turn, twin_id, lot_issuer, 'payable' as to_kind, owed_to as to_id,
            captured as moved
        from returned where captured > 0
        union all
        select wallet, id, n, held_number, 2, twin_id, lot_issuer, 'arrears', arrears_id, paid
        from returned where paid > 0
        union all
        select wallet, id, n, held_number, 3, twin_id, lot_issuer, case when expired then 'breakage' else 'lot' end,
            case when expired then lot_issuer else lot_id end, rest - paid
        from returned where rest > paid),
    balances as (
        update points_account a set balance = a.balance + d.delta
        from (
            select wallet, account, sum(delta) as delta
            from (
                select wallet, twin_id as account, -moved as delta from moves
                union all
                select wallet, to_id, case to_kind when 'arrears' then -moved else moved end
                from moves where to_kind in ('lot', 'arrears')) m
            group by 1, 2) d
        where a.party_id = d.wallet and a.id = d.account),
    new_transfers as (
        insert into points_transfer
            (party_id, id, reason, source, key, request_hash, counterparty_id, follows, effective_at, recorded_at,
             facts)
        select wallet, id, kind, source, key, hash, owed_to, follows, effective_at, _at, facts
        from decided where outcome = 'posted' and place = 1),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points,
             restores)
        select wallet, id, row_number() over (partition by n order by held_number, turn), 'hold', twin_id, to_kind,
            to_id, lot_issuer, moved, held_number
        from moves),
    closed_holds as (
        delete from points_open_hold o using decided d
        where o.party_id = d.wallet and o.transfer_id = d.follows and d.outcome = 'posted' and d.place = 1),
    new_refusals as (
        insert into points_refusal (party_id, source, key, id, reason, request_hash, outcome, available, recorded_at)
        select wallet, source, key, id, kind, hash, outcome, total, _at
        from decided where outcome <> 'posted' and place = 1),
    to_seal as (
        insert into points_unsealed (party_id, fact_id, what)
        select wallet, id, case outcome when 'posted' then 'transfer' else 'refusal' end
        from decided where place = 1 order by n)
    select d.n, d.outcome, d.id, case when d.outcome <> 'posted' then d.total end, false
    from decided d where d.place = 1;
end $$;
