-- What the sealed log reads and keeps besides the sealing itself.

-- A kind as its place in points/choices.py: AccountKind.
create or replace function points_kind(_kind text) returns bytea
language sql immutable parallel safe
return case _kind
    when 'lot' then '\x00'::bytea when 'hold' then '\x01' when 'arrears' then '\x02' when 'issuance' then '\x03'
    when 'payable' then '\x04' when 'breakage' then '\x05' when 'retired' then '\x06'
    when 'transit' then '\x07' end;

create or replace function points_nobody() returns bytea
language sql immutable parallel safe
return '\x00000000000000000000000000000000'::bytea;

-- Facts as leaves need them, in their order: those that wait for a number, or those with the numbers after `_after`.
-- `head` is the fact's id, when it happened and was recorded in microseconds, and the id of the fact it follows, if any.
-- `entries` are the postings by issuer: the issuer's id, the kinds, the points, and who is on the books' side;
-- of a declaration, its issuer's id, its subject and the hash of its words.
create or replace function points_facts(_waiting boolean, _after bigint, _limit integer)
returns table (
    place bigint, what text, reason text, head bytea, salt bytea, facts bytea, entries bytea, opening bytea)
language sql stable as $$
    select f.place, f.what, coalesce(t.reason, r.reason || ':' || r.outcome, n.kind),
        uuid_send(f.fact_id)
        || int8send((extract(epoch from coalesce(t.effective_at, r.recorded_at, n.recorded_at)) * 1000000)::bigint)
        || int8send((extract(epoch from coalesce(t.recorded_at, r.recorded_at, n.recorded_at)) * 1000000)::bigint)
        || coalesce(uuid_send(t.follows), ''),
        s.salt, convert_to(t.facts::text, 'UTF8'),
        case f.what
            when 'transfer' then (
                select string_agg(
                    uuid_send(p.issuer_id) || points_kind(p.source_kind) || points_kind(p.target_kind) || int8send(p.points)
                    || case when p.source_kind in ('lot', 'hold', 'arrears') then points_nobody() else uuid_send(p.source_id) end
                    || case when p.target_kind in ('lot', 'hold', 'arrears') then points_nobody() else uuid_send(p.target_id) end,
                    '' order by p.issuer_id, p.number)
                from points_posting p
                where p.party_id = f.party_id and p.transfer_id = f.fact_id)
            when 'declaration' then uuid_send(n.party_id) || sha256(convert_to(n.body, 'UTF8')) || convert_to(n.subject, 'UTF8')
        end,
        f.opening
    from (
        (select u.position as place, u.party_id, u.fact_id, u.what, null::bytea as opening
         from points_unsealed u where _waiting order by u.position limit _limit)
        union all
        (select l.number, l.party_id, l.fact_id, l.what, l.opening
         from points_sealed l where not _waiting and l.number > _after order by l.number limit _limit)) f
    left join points_transfer t on f.what = 'transfer' and t.party_id = f.party_id and t.id = f.fact_id
    left join points_refusal r on f.what = 'refusal' and r.party_id = f.party_id and r.id = f.fact_id
    left join points_declaration n on f.what = 'declaration' and n.party_id = f.party_id and n.id = f.fact_id
    left join points_salt s on s.wallet_id = f.party_id
    order by f.place;
$$;

-- What an issuer declares, once under its subject; false when something else stands there.
create or replace function points_record_declaration(
    _issuer uuid, _id uuid, _kind text, _subject text, _body text, _at timestamptz) returns boolean
language plpgsql security definer as $$
begin
    insert into points_declaration (party_id, id, kind, subject, body, recorded_at)
    values (_issuer, _id, _kind, _subject, _body, _at)
    on conflict (party_id, kind, subject) do nothing;
    if found then
        insert into points_unsealed (party_id, fact_id, what) values (_issuer, _id, 'declaration');
        return true;
    end if;
    return (select s.body = _body from points_declaration s
            where s.party_id = _issuer and s.kind = _kind and s.subject = _subject);
end $$;

-- The words of a version of an issuer's terms, as they are sealed.
create or replace function points_terms_words(_terms points_terms) returns text
language sql stable
return format(
    'terms %s of issuer %s: from %s on, points live to the end of the month %s months later; back after that, %s days',
    _terms.id, _terms.issuer_id, to_char(_terms.starts_on, 'YYYY-MM-DD'), _terms.months, _terms.grace_days);

-- Keep a checkpoint of the tree as it is now; of another tree, none.
create or replace function points_keep_checkpoint(_size bigint, _root bytea, _note text, _at timestamptz) returns boolean
language plpgsql security definer as $$
begin
    perform pg_advisory_xact_lock(hashtext('points_seal'));
    insert into points_checkpoint (size, root, note, made_at)
    select l.size, l.root, _note, _at from points_log l where l.size = _size and l.root = _root
    on conflict do nothing;
    return found;
end $$;

-- Keep what a witness signed; the first of its signatures stays.
create or replace function points_keep_cosignature(
    _size bigint, _witness text, _line text, _signed_at timestamptz, _at timestamptz) returns boolean
language plpgsql security definer as $$
begin
    insert into points_cosignature (size, witness, line, signed_at, received_at)
    values (_size, _witness, _line, _signed_at, _at)
    on conflict do nothing;
    return found;
end $$;

-- Cut the link between a wallet and its leaves. Only the owner's login may.
create or replace function points_erase_salt(_wallet uuid) returns boolean
language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('points_seal'));
    delete from points_salt where wallet_id = _wallet;
    return found;
end $$;
