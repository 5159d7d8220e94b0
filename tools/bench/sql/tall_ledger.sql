-- A ledger of %(postings)s postings of %(wallets)s wallets, written by its owner in the order of its keys, as sealed.
-- The wallet of rank r has 1 / r of what the first has (Zipf), at least one posting; with `small` only the readers have
-- any, as many as fill a page and a half. Every wallet has its lots either way: 24 the readers, 12 the others.
create temporary table wallet as
select r as rank, md5('tall ' || r)::uuid as id, case when r <= %(readers)s then 24 else 12 end as lots,
    case when not %(small)s then greatest(1, (%(postings)s / (r * (ln(%(wallets)s) + 0.5772)))::integer)
         when r <= %(readers)s then 75 else 0 end as postings
from generate_series(1, %(wallets)s) r;
analyze wallet;

insert into points_wallet (id, opened_at) select id, now() from wallet order by id;
insert into points_salt (wallet_id, salt) select id, sha256(uuid_send(gen_random_uuid())) from wallet order by id;

create temporary table lot as
select w.id as party_id, month, d.expires_on,
    points_account_id(w.id, 'lot', %(issuer)s, %(terms)s, null, d.expires_on) as id
from wallet w
cross join lateral generate_series(1, w.lots) month
cross join lateral (
    select (date_trunc('month', %(today)s::date) + (month + 1) * interval '1 month' - interval '1 day')::date as expires_on) d
order by 1;
create index on lot (party_id, month);
analyze lot;

insert into points_account (party_id, id, kind, issuer_id, terms_id, expires_on, balance)
select party_id, id, 'lot', %(issuer)s, %(terms)s, expires_on, 1000000 from lot order by party_id, id;

-- The id of a transfer, as of version 7: a rising moment, then what is hashed from wallet and number.
create temporary table fact as
select w.id as party_id, n,
    (lpad(to_hex(1700000000000 + n * 37::bigint), 12, '0') || '7' || substr(h.digest, 1, 3) || '8' || substr(h.digest, 4, 15))::uuid as id,
    (n %% w.lots + 1)::integer as month
from (select * from wallet order by id) w
cross join lateral generate_series(1, w.postings) n
cross join lateral (select md5(w.rank || ' ' || n) as digest) h;

insert into points_transfer (party_id, id, reason, source, key, request_hash, effective_at, recorded_at)
select party_id, id, 'earn', 'earning', 'tall-' || n, sha256(uuid_send(id)), now(), now() from fact;

insert into points_posting
    (party_id, transfer_id, number, source_kind, source_id, target_kind, target_id, issuer_id, points)
select f.party_id, f.id, 1, 'issuance', %(issuer)s, 'lot', l.id, %(issuer)s, 10
from fact f
join lot l on l.party_id = f.party_id and l.month = f.month
order by f.party_id, f.id;

insert into points_sealed (number, party_id, fact_id, what, sealed_at)
select row_number() over (), party_id, id, 'transfer', now() from fact;

drop table fact, lot, wallet;
