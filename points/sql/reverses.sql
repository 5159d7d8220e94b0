-- reverse: merchant payable -> arrears of the issuer first, the rest -> the very lots, latest expiry first, never more
-- than is left of the redemption or capture.
-- A lot that has expired meanwhile comes back as a lot of the same issuer and terms, with the terms' grace.
create or replace function points_post_reverses(
    _part points_command[], _at timestamptz, _today date) returns setof points_answer
language plpgsql as $$
begin
    return query
    with spent as (
        select c.*, t.reason, t.counterparty_id as owed_to, p.number as spent_number, p.issuer_id as lot_issuer,
            a.terms_id as lot_terms, a.available_on as lot_from, a.expires_on as lot_to,
            points_last_day(a.expires_on, i.suspended_at, i.kept_from, i.kept_until) >= _today as alive,
            p.points - coalesce((
                select sum(q.points)
                from points_transfer f
                join points_posting q on q.party_id = f.party_id and q.transfer_id = f.id
                where f.party_id = c.wallet and f.follows = c.follows and f.reason = 'reverse'
                    and q.restores = p.number), 0) as open
        from unnest(_part) c
        left join points_transfer t on t.party_id = c.wallet and t.id = c.follows
        left join points_posting p on p.party_id = c.wallet and p.transfer_id = t.id and p.target_kind = 'payable'
        left join points_account a on a.party_id = c.wallet and a.id = p.source_id
        left join points_issuer i on i.id = a.issuer_id
        where c.kind = 'reverse'),
    lines as (
        select s.*,
            coalesce(sum(s.open) over (partition by s.n), 0)::bigint as total,
            sum(s.open) over giving_back as upto,
            row_number() over giving_back as place
        from spent s
        window giving_back as (partition by s.n order by s.lot_to desc, s.spent_number desc)),
    decided as (
        select l.*, coalesce(l.points, l.total) as wanted,
            case when l.closed then 'wallet_closed'
                 when l.reason is null then 'unknown_transfer'
                 when l.reason not in ('redeem', 'capture') then 'not_reversible'
                 when l.total = 0 then 'already_reversed'
                 when l.points > l.total then 'more_than_is_left'
                 else 'posted' end as outcome
        from lines l),
    given as (
        select d.*, least(d.open, d.wanted - (d.upto - d.open))::bigint as give,
            case when d.alive then d.lot_from end as new_from,
            case when d.alive then d.lot_to
                 else _today + (select t.grace_days from points_terms t where t.id = d.lot_terms) end as new_to
        from decided d
        where d.outcome = 'posted' and d.open > 0 and d.upto - d.open < d.wanted),
    placed as (
        select g.*, points_account_id(g.wallet, 'lot', g.lot_issuer, g.lot_terms, g.new_from, g.new_to) as lot_id,
            points_account_id(g.wallet, 'arrears', g.lot_issuer, null, null, null) as arrears_id
        from given g),
    shared as (
        select p.*,
            greatest(0, least(p.give, coalesce((
                select a.balance from points_account a where a.party_id = p.wallet and a.id = p.arrears_id), 0)
                - (sum(p.give) over (partition by p.n, p.lot_issuer order by p.place) - p.give)))::bigint as paid
        from placed p),
    lots as (
        insert into points_account as a
            (party_id, id, kind, issuer_id, terms_id, available_on, expires_on, balance)
        select wallet, lot_id, 'lot', lot_issuer, lot_terms, new_from, new_to, sum(give - paid)
        from shared
        where give > paid
        group by 1, 2, 3, 4, 5, 6, 7
        order by 1, 2
        on conflict (party_id, id) do update set balance = a.balance + excluded.balance),
    debts as (
        update points_account a set balance = a.balance - s.paid
        from (select wallet, arrears_id, sum(paid) as paid from shared where paid > 0 group by 1, 2) s
        where a.party_id = s.wallet and a.id = s.arrears_id),
    moves as (
        select wallet, id, n, place, 1 as turn, owed_to, lot_issuer, spent_number, 'arrears' as to_kind,
            arrears_id as to_id, paid as moved
        from shared where paid > 0
        union all
        select wallet, id, n, place, 2, owed_to, lot_issuer, spent_number, 'lot', lot_id, give - paid
        from shared where give > paid),
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
        select wallet, id, row_number() over (partition by n order by place, turn), 'payable', owed_to, to_kind, to_id,
            lot_issuer, moved, spent_number
        from moves),
    new_refusals as (
        insert into points_refusal (party_id, source, key, id, reason, request_hash, outcome, available, recorded_at)
        select wallet, source, key, id, kind, hash, outcome, case when not closed then total end, _at
        from decided where outcome <> 'posted' and place = 1),
    to_seal as (
        insert into points_unsealed (party_id, fact_id, what)
        select wallet, id, case outcome when 'posted' then 'transfer' else 'refusal' end
        from decided where place = 1 order by n)
    select d.n, d.outcome, d.id, case when d.outcome <> 'posted' and not d.closed then d.total end, false
    from decided d where d.place = 1;
end $$;
