-- earn, adjust: issuance -> arrears of the issuer first, the rest -> lot
create or replace function points_post_earns(_part points_command[], _at timestamptz) returns setof points_answer
language plpgsql as $$
begin
    return query
    with decided as (
        select c.*,
            case when c.closed then 'wallet_closed'
                 when (select true from points_terms t where t.id = c.terms and t.issuer_id = c.issuer) is null
                     then 'unknown_terms'
                 else 'posted' end as outcome
        from unnest(_part) c
        where c.kind in ('earn', 'adjust')),
    good as (
        select d.*,
            points_account_id(d.wallet, 'lot', d.issuer, d.terms, d.available_on, d.expires_on) as lot_id,
            points_account_id(d.wallet, 'arrears', d.issuer, null, null, null) as arrears_id
        from decided d
        where d.outcome = 'posted'),
    shared as (
        select g.*,
            greatest(0, least(g.points, coalesce((
                select a.balance from points_account a where a.party_id = g.wallet and a.id = g.arrears_id), 0)
                - (sum(g.points) over (partition by g.wallet, g.issuer order by g.n) - g.points)))::bigint as paid
        from good g),
    new_transfers as (
        insert into points_transfer (party_id, id, reason, source, key, request_hash, effective_at, recorded_at, facts)
        select wallet, id, kind, source, key, hash, effective_at, _at, facts from good order by wallet, id),
    lots as (
        insert into points_account as a
            (party_id, id, kind, issuer_id, terms_id, available_on, expires_on, balance)
        select wallet, lot_id, 'lot', issuer, terms, available_on, expires_on, sum(points - paid)
        from shared
        where points > paid
        group by 1, 2, 3, 4, 5, 6, 7
        order by 1, 2
        on conflict (party_id, id) do update set balance = a.balance + excluded.balance),
    debts as (
        update points_account a set balance = a.balance - s.paid
        from (select wallet, arrears_id, sum(paid) as paid from shared where paid > 0 group by 1, 2) s
        where a.party_id = s.wallet and a.id = s.arrears_id),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        select wallet, id, 1, 'issuance', issuer, 'arrears', arrears_id, issuer, paid from shared where paid > 0
        union all
        select wallet, id, case when paid > 0 then 2 else 1 end, 'issuance', issuer, 'lot', lot_id, issuer, points - paid
        from shared where points > paid),
    new_refusals as (
        insert into points_refusal (party_id, source, key, id, reason, request_hash, outcome, recorded_at)
        select wallet, source, key, id, kind, hash, outcome, _at from decided where outcome <> 'posted'),
    to_seal as (
        insert into points_unsealed (party_id, fact_id, what)
        select wallet, id, case outcome when 'posted' then 'transfer' else 'refusal' end from decided order by n)
    select d.n, d.outcome, d.id, null::bigint, false from decided d;
end $$;
