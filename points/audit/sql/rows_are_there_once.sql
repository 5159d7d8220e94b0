-- No key is there twice: what a damaged index would let in.
select k.what, format('is there %s times', k.times) as detail
from (
    select 'wallet ' || id as what, count(*) as times from points_wallet group by id
    union all
    select 'issuer ' || id, count(*) from points_issuer group by id
    union all
    select 'terms ' || id, count(*) from points_terms group by id
    union all
    select 'merchant ' || id, count(*) from points_merchant group by id
    union all
    select 'account ' || id, count(*) from points_account group by party_id, id
    union all
    select 'open hold ' || transfer_id, count(*) from points_open_hold group by party_id, transfer_id
    union all
    select 'salt of wallet ' || wallet_id, count(*) from points_salt group by wallet_id
    union all
    select 'checkpoint ' || size, count(*) from points_checkpoint group by size
    union all
    select 'cosignature of ' || size || ' by ' || witness, count(*) from points_cosignature group by size, witness
    union all
    select 'state of the log', count(*) from points_log having count(*) > 1
    union all
    select 'mode of the ledger', count(*) from points_mode having count(*) > 1) k
where k.times > 1
