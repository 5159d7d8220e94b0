-- settle: what a merchant was owed is paid and leaves the books: payable -> retired; a negative amount the other way.
-- The party is the merchant, nothing is locked, the key is the statement line.
create or replace function points_settle(_commands jsonb, _at timestamptz) returns setof points_answer
language plpgsql security definer as $$
begin
    perform points_check_clock(_at, null);
    return query
    with asked as (
        select c.*
        from rows from (jsonb_to_recordset(_commands) as (
                id uuid, merchant uuid, issuer uuid, points bigint, key text, hash bytea, effective_at timestamptz))
            with ordinality as c(id, merchant, issuer, points, key, hash, effective_at, n)),
    new_transfers as (
        insert into points_transfer
            (party_id, id, reason, source, key, request_hash, counterparty_id, effective_at, recorded_at)
        select merchant, id, 'settle', 'settlements', key, hash, merchant, effective_at, _at
        from asked
        where points <> 0
            and (select true from points_merchant m where m.id = merchant)
            and (select true from points_issuer i where i.id = issuer)
        order by merchant, key
        on conflict (party_id, source, key) do nothing
        returning party_id, id),
    fresh as (
        select a.* from asked a join new_transfers t on t.party_id = a.merchant and t.id = a.id),
    new_postings as (
        insert into points_posting
            (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
        select merchant, id, 1, case when points > 0 then 'payable' else 'retired' end,
            case when points > 0 then merchant else issuer end,
            case when points > 0 then 'retired' else 'payable' end,
            case when points > 0 then issuer else merchant end, issuer, abs(points)
        from fresh),
    to_seal as (
        insert into points_unsealed (party_id, fact_id, what)
        select merchant, id, 'transfer' from fresh order by n
        returning fact_id)
    select a.n::integer,
        case when f.id is not null then 'posted'
             when t.id is null then 'unknown_merchant'
             when t.request_hash <> a.hash then 'idempotency_key_reused'
             else 'posted' end,
        case when f.id is not null then a.id when t.request_hash = a.hash then t.id end,
        null::bigint, f.id is null and t.request_hash is not distinct from a.hash
    from asked a
    left join fresh f on f.n = a.n
    left join points_transfer t on t.party_id = a.merchant and t.source = 'settlements' and t.key = a.key;
end $$;
