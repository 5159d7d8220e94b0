-- The sealed log: a Merkle tree over the sealed numbers; the leaf of number n has the index n - 1.

-- What hides a wallet in its leaves. Without it nobody can tell which leaves were the wallet's; the tree stands.
create table points_salt (
    wallet_id uuid not null,
    salt bytea not null,
    constraint points_salt_pk primary key (wallet_id),
    constraint points_salt_size check (octet_length(salt) = 32)
);

-- What an issuer declared, word for word: its terms here, its earning rules and more from the packages above.
create table points_declaration (
    party_id uuid not null,
    id uuid not null,
    kind text not null,
    subject text not null,
    body text not null,
    recorded_at timestamptz not null,
    constraint points_declaration_pk primary key (party_id, id),
    constraint points_declaration_once unique (party_id, kind, subject),
    constraint points_declaration_small check (octet_length(body) <= 16384)
);

-- The tree: its size, its root, its perfect subtrees, and how many leaves have a part of each issuer. No row before the first leaf.
create table points_log (
    one boolean not null default true,
    size bigint not null,
    root bytea not null,
    frontier bytea not null,
    parts jsonb not null,
    constraint points_log_pk primary key (one),
    constraint points_log_single check (one),
    constraint points_log_root check (octet_length(root) = 32),
    constraint points_log_frontier check (octet_length(frontier) = 32 * bit_count(int8send(size)))
);

-- Hashes, 256 in a row. Rows only grow, and a full one stays as it is.
create table points_tile (
    level smallint not null,
    index bigint not null,
    hashes bytea not null,
    constraint points_tile_pk primary key (level, index),
    constraint points_tile_width check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0)
);
alter table points_tile alter column hashes set storage external;  -- hashes don't compress

-- What the log says of itself, signed: its first `size` leaves have this root.
create table points_checkpoint (
    size bigint not null,
    root bytea not null,
    note text not null,
    made_at timestamptz not null,
    constraint points_checkpoint_pk primary key (size),
    constraint points_checkpoint_not_empty check (size > 0)
);

-- A witness says that it saw the checkpoint, and that it follows from every one that it saw before.
create table points_cosignature (
    size bigint not null,
    witness text not null,
    line text not null,
    signed_at timestamptz not null,
    received_at timestamptz not null,
    constraint points_cosignature_pk primary key (size, witness),
    constraint points_cosignature_checkpoint foreign key (size) references points_checkpoint
);
