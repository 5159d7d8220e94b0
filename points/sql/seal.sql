-- Give the facts that wait their dense numbers, add up the books' side, and grow the tree, in one transaction.
-- The hashes come from the sealer, which read the facts under the same lock; whoever comes with another size of the tree
-- in mind comes too late, and nothing happens. Without positions it writes leaves for numbers that have none yet.
create or replace function points_seal(
    _size bigint, _positions bigint[], _openings bytea[], _levels smallint[], _indexes bigint[], _rows bytea[],
    _root bytea, _frontier bytea, _parts jsonb, _at timestamptz, _today date) returns boolean
language plpgsql security definer as $$
begin
    perform pg_advisory_xact_lock(hashtext('points_seal'));
    insert into points_log as l (size, root, frontier, parts)
    select _size + cardinality(_openings), _root, _frontier, _parts
    where _size = 0 or exists (select from points_log)
    on conflict (one) do update
        set size = excluded.size, root = excluded.root, frontier = excluded.frontier, parts = excluded.parts
        where l.size = _size;
    if not found then
        return false;
    end if;

    if cardinality(_positions) > 0 then
        perform points_seal_numbers(_size, _positions, _openings, _at, _today);
    else
        update points_sealed s set opening = o.opening
        from unnest(_openings) with ordinality as o(opening, place)
        where s.number = _size + o.place and s.opening is null;
    end if;
    if (select count(*) from points_sealed where number > _size and opening is not null) <> cardinality(_openings) then
        raise exception 'The leaves after % are not those of the facts that waited.', _size using errcode = 'PT003';
    end if;

    insert into points_tile as t (level, index, hashes)
    select level, index, hashes from unnest(_levels, _indexes, _rows) as g(level, index, hashes)
    order by 1, 2
    on conflict (level, index) do update set hashes = t.hashes || excluded.hashes;
    return true;
end $$;

-- The numbers and the totals; each position has its opening, in the order of the numbers to be.
create or replace function points_seal_numbers(
    _size bigint, _positions bigint[], _openings bytea[], _at timestamptz, _today date) returns void
language sql as $$
    with numbered as (
        delete from points_unsealed u
        using unnest(_positions, _openings) with ordinality as w(position, opening, place)
        where u.position = w.position
        returning u.party_id, u.fact_id, u.what, w.opening, w.place),
    sealed as (
        insert into points_sealed (number, party_id, fact_id, what, sealed_at, opening)
        select _size + d.place, d.party_id, d.fact_id, d.what, _at, d.opening
        from numbered d
        returning party_id, fact_id),
    moved as (
        select p.target_kind as kind, p.target_id as party_id, p.issuer_id, p.points as points_in, 0 as points_out
        from sealed s
        join points_posting p on p.party_id = s.party_id and p.transfer_id = s.fact_id
        where p.target_kind not in ('lot', 'hold', 'arrears', 'transit')
        union all
        select p.source_kind, p.source_id, p.issuer_id, 0, p.points
        from sealed s
        join points_posting p on p.party_id = s.party_id and p.transfer_id = s.fact_id
        where p.source_kind not in ('lot', 'hold', 'arrears', 'transit'))
    insert into points_total as t (kind, party_id, issuer_id, day, points_in, points_out)
    select m.kind, m.party_id, m.issuer_id, _today, sum(m.points_in), sum(m.points_out)
    from moved m
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (kind, party_id, issuer_id, day) do update
        set points_in = t.points_in + excluded.points_in, points_out = t.points_out + excluded.points_out;
$$;
