-- clawback: an earn taken back, whole or part, never more than is not yet taken back: from the lot it went to; what of
-- that lot has expired, from breakage; what was spent or is held becomes arrears (the one account that rises as a
-- source). A lot is fungible.
create or replace function points_post_clawbacks(
    _part points_command[], _at timestamptz, _today date) returns setof points_answer
language plpgsql as $$
begin
    return query
    with earned as (
        select c.*, t.reason, e.lot_issuer, e.total, e.lot_id,
            coalesce((
                select sum(q.points)
                from points_transfer f
                join points_posting q on q.party_id = f.party_id and q.transfer_id = f.id
                where f.party_id = c.wallet and f.follows = c.follows and f.reason = 'clawback'), 0) as back
        from unnest(_part) c
        left join points_transfer t on t.party_id = c.wallet and t.id = c.follows
        left join lateral (
            select p.issuer_id as lot_issuer, sum(p.points) as total,
                (max(p.target_id::text) filter (where p.target_kind = 'lot'))::uuid as lot_id
            from points_posting p
            where p.party_id = c.wallet and p.transfer_id = t.id and p.source_kind = 'issuance' and t.reason = 'earn'
            group by 1) e on true
        where c.kind = 'clawback'),
    decided as (
        select e.*, (coalesce(e.total, 0) - e.back)::bigint as open,
            case when e.closed then 'wallet_closed'
                 when e.reason is null then 'unknown_transfer'
                 when e.reason <> 'earn' then 'not_reversible'
                 when e.total = e.back then 'already_reversed'
                 when e.points > e.total - e.back then 'more_than_is_left'
                 else 'posted' end as outcome
        from earned e),
    wanted as (
        select d.*, coalesce(d.points, d.open) as want,
            points_account_id(d.wallet, 'arrears', d.lot_issuer, null, null, null) as arrears_id,
            coalesce((select a.balance from points_account a where a.party_id = d.wallet and a.id = d.lot_id), 0)
                as in_lot
        from decided d where d.outcome = 'posted'),
    shared as (
        select w.*, least(w.want, w.in_lot)::bigint as from_lot,
            case when w.want <= w.in_lot then 0
                 else least(w.want - w.in_lot, points_broken(w.wallet, w.lot_id)) end::bigint as from_breakage
        from wanted w),
    lots as (
        update points_account a set balance = a.balance - s.from_lot
        from shared s
        where a.party_id = s.wallet and a.id = s.lot_id and s.from_lot > 0),
    debts as (
        insert into points_account as a (party_id, id, kind, issuer_id, balance)
        select wallet, arrears_id, 'arrears', lot_issuer, want - from_lot - from_breakage
        from shared where want > from_lot + from_breakage
        on conflict (party_id, id) do update set balance = a.balance + excluded.balance),
    new_transfers as (
        insert into points_transfer
            (party_id, id, reason, source, key, request_hash, follows, effective_at, recorded_at, facts)
        select wallet, id, kind, source, key, hash, follows, effective_at, _at, facts from shared),
    moves as (
        select wallet, id, 1 as turn, 'lot' as from_kind, lot_id as from_id, lot_issuer, from_lot as moved
        from shared where from_lot > 0
        union all
        select wallet, id, 2, 'breakage', lot_issuer, lot_issuer, from_breakage from shared where from_breakage > 0
        union all
        select wallet, id, 3, 'arrears', arrears_id, lot_issuer, want - from_lot - from_breakage
        from shared where want > from_lot + from_breakage),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        select wallet, id, row_number() over (partition by wallet, id order by turn), from_kind, from_id, 'issuance',
            lot_issuer, lot_issuer, moved
        from moves),
    new_refusals as (
        insert into points_refusal (party_id, source, key, id, reason, request_hash, outcome, available, recorded_at)
        select wallet, source, key, id, kind, hash, outcome, case when not closed then open end, _at from decided where outcome <> 'posted'),
    to_seal as (
        insert into points_unsealed (party_id, fact_id, what)
        select wallet, id, case outcome when 'posted' then 'transfer' else 'refusal' end from decided order by n)
    select d.n, d.outcome, d.id, case when d.outcome <> 'posted' and not d.closed then d.open end, false from decided d;
end $$;

-- What of a lot, or of its held twin, went to breakage and was not yet taken back by a clawback of an earn into it. When
-- wallets were merged, the same lots of all of them are one.
create or replace function points_broken(_wallet uuid, _lot uuid) returns bigint
language plpgsql stable as $$
begin
    return (
        with same as (
            select f.id as wallet,
                points_account_id(f.id, 'lot', a.issuer_id, a.terms_id, a.available_on, a.expires_on) as lot,
                points_account_id(f.id, 'hold', a.issuer_id, a.terms_id, a.available_on, a.expires_on) as twin
            from points_account a, points_merged_with(_wallet) as f(id)
            where a.party_id = _wallet and a.id = _lot)
        select (
            coalesce((
                select sum(p.points) from same s
                join points_posting p on p.party_id = s.wallet and p.source_id in (s.lot, s.twin)
                where p.target_kind = 'breakage'), 0)
            - coalesce((
                select sum(q.points) from same s
                join points_posting q on q.party_id = s.wallet and q.source_kind = 'breakage'
                join points_transfer f on f.party_id = q.party_id and f.id = q.transfer_id
                where f.reason = 'clawback'
                    and (select p.target_id from points_posting p
                         where p.party_id = f.party_id and p.transfer_id = f.follows and p.target_kind = 'lot') = s.lot), 0)
        )::bigint);
end $$;
