-- The ledger's tables. Facts are keyed by party first, so that partitions and shards by party need no change.
-- Reference tables are small and have no foreign keys from the facts: those cost a fifth to a third of the batch rate.

-- Closed sets of words. Checks of the tables would say the same, but those are read anew by every query that writes, and
-- long lists cost a post a tenth of its time; what a domain says is kept for the session.
create domain points_account_kind as text
    constraint points_account_kind check (value in ('lot', 'hold', 'arrears'));
create domain points_transfer_reason as text
    constraint points_transfer_reason check (value in (
        'earn', 'redeem', 'hold', 'capture', 'release', 'reverse', 'clawback', 'expire', 'gift', 'merge', 'adjust',
        'settle'));
create domain points_posting_kind as text
    constraint points_posting_kinds check (value in (
        'lot', 'hold', 'arrears', 'issuance', 'payable', 'breakage', 'retired', 'transit'));
create domain points_unsealed_what as text
    constraint points_unsealed_what check (value in ('transfer', 'refusal', 'declaration'));

create table points_wallet (
    id uuid not null,
    opened_at timestamptz not null,
    frozen_at timestamptz,
    closed_at timestamptz,
    successor_id uuid,
    constraint points_wallet_pk primary key (id),
    constraint points_wallet_successor_only_when_closed check (successor_id is null or closed_at is not null)
) with (fillfactor = 90);
create index points_wallet_successor on points_wallet (successor_id) where successor_id is not null;

-- While an issuer is suspended, its points wait. Lots that were alive on `kept_from` outlive the suspension, and live to
-- `kept_until` at least.
create table points_issuer (
    id uuid not null,
    opened_at timestamptz not null,
    suspended_at timestamptz,
    kept_from date,
    kept_until date,
    constraint points_issuer_pk primary key (id),
    constraint points_issuer_suspended_keeps check (suspended_at is null or (kept_from is not null and kept_until is null)),
    constraint points_issuer_kept_from_first check (kept_until is null or kept_from is not null)
);

create table points_terms (
    id integer generated always as identity,
    issuer_id uuid not null,
    months smallint not null,
    grace_days smallint not null,
    starts_on date not null,
    recorded_at timestamptz not null,
    constraint points_terms_pk primary key (id),
    constraint points_terms_issuer foreign key (issuer_id) references points_issuer,
    constraint points_terms_one_a_day unique (issuer_id, starts_on),
    constraint points_terms_months check (months between 1 and 120),
    constraint points_terms_grace check (grace_days between 1 and 366)
);

create table points_merchant (
    id uuid not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    constraint points_merchant_pk primary key (id)
);

-- One pot of a wallet: its kind, issuer, terms and dates are its key, and the key's hash is its id.
create table points_account (
    party_id uuid not null,
    id uuid not null,
    kind points_account_kind not null,
    issuer_id uuid not null,
    terms_id integer,
    available_on date,
    expires_on date,
    balance bigint not null,
    constraint points_account_pk primary key (party_id, id),
    constraint points_account_not_negative check (balance >= 0),
    constraint points_account_dated check ((kind = 'arrears') = (expires_on is null)),
    constraint points_account_with_terms check ((kind = 'arrears') = (terms_id is null)),
    constraint points_account_key unique nulls not distinct
        (party_id, kind, expires_on, available_on, issuer_id, terms_id)  -- the order of spending
) with (fillfactor = 70);

create table points_transfer (
    party_id uuid not null,
    id uuid not null,
    reason points_transfer_reason not null,
    source text not null,
    key text not null,
    request_hash bytea not null,
    counterparty_id uuid,
    follows uuid,
    effective_at timestamptz not null,
    recorded_at timestamptz not null,
    facts jsonb,
    constraint points_transfer_pk primary key (party_id, id),
    constraint points_transfer_key unique (party_id, source, key),
    constraint points_transfer_facts_small check (facts is null or octet_length(facts::text) <= 1024)
);
create index points_transfer_follows on points_transfer (party_id, follows) where follows is not null;
create index points_transfer_recorded on points_transfer using brin (recorded_at) with (autosummarize = on);
create unique index points_transfer_hold_closed_once on points_transfer (party_id, follows)
    where reason in ('capture', 'release');

create table points_posting (
    party_id uuid not null,
    transfer_id uuid not null,
    number smallint not null,
    source_kind points_posting_kind not null,
    source_id uuid not null,
    target_kind points_posting_kind not null,
    target_id uuid not null,
    issuer_id uuid not null,
    points bigint not null,
    restores smallint,
    constraint points_posting_pk primary key (party_id, transfer_id, number),
    constraint points_posting_positive check (points > 0),
    constraint points_posting_moves check (source_kind <> target_kind)
);

-- A command refused under the lock. Its key answers for ever, as a transfer's does.
create table points_refusal (
    party_id uuid not null,
    source text not null,
    key text not null,
    id uuid not null,
    reason text not null,
    request_hash bytea not null,
    outcome text not null,
    available bigint,
    recorded_at timestamptz not null,
    constraint points_refusal_pk primary key (party_id, source, key),
    constraint points_refusal_id unique (party_id, id)
);

-- Holds that are neither captured nor released.
create table points_open_hold (
    party_id uuid not null,
    transfer_id uuid not null,
    due_at timestamptz not null,
    constraint points_open_hold_pk primary key (party_id, transfer_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index points_open_hold_due on points_open_hold (due_at);

-- Committed facts that have no number yet. The order is drawn under the wallet's lock, so effects follow causes.
create table points_unsealed (
    position bigint generated always as identity,
    party_id uuid not null,
    fact_id uuid not null,
    what points_unsealed_what not null,
    constraint points_unsealed_pk primary key (position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table points_sealed (
    number bigint not null,
    party_id uuid not null,
    fact_id uuid not null,
    what text not null,
    sealed_at timestamptz not null,
    opening bytea,  -- what the leaf was made with besides its fact (points/log/leaves.py: Opening); null until the log has the number
    constraint points_sealed_pk primary key (number),
    constraint points_sealed_once unique (party_id, fact_id),
    constraint points_sealed_from_one check (number > 0)
);

-- What came in and went out on the books' side, by issuer and day of sealing.
create table points_total (
    kind text not null,
    party_id uuid not null,
    issuer_id uuid not null,
    day date not null,
    points_in bigint not null,
    points_out bigint not null,
    constraint points_total_pk primary key (kind, party_id, issuer_id, day),
    constraint points_total_not_negative check (points_in >= 0 and points_out >= 0)
);
-- Without the sums: a row whose sums change then stays where it is, and no index is written.
create index points_total_issuer on points_total (issuer_id);

-- A sandbox may post at any time; a real ledger only within minutes of the database's clock. Only the owner can say which.
create table points_mode (
    one boolean not null default true,
    sandbox boolean not null,
    constraint points_mode_pk primary key (one),
    constraint points_mode_single check (one)
);
insert into points_mode (sandbox) values (false);

create type points_command as (
    n integer, kind text, id uuid, wallet uuid, source text, key text, hash bytea,
    issuer uuid, terms integer, available_on date, expires_on date, merchant uuid,
    points bigint, follows uuid, due_at timestamptz, effective_at timestamptz, facts jsonb,
    frozen boolean, closed boolean, wave integer);

create type points_answer as (n integer, outcome text, transfer_id uuid, available bigint, again boolean);
