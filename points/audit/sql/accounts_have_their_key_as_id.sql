-- Each account's id is the hash of its key.
select 'account ' || a.id as what, 'its key hashes to another id' as detail
from points_account a
where {wallets a.party_id}
    and a.id <> points_account_id(a.party_id, a.kind, a.issuer_id, a.terms_id, a.available_on, a.expires_on)
