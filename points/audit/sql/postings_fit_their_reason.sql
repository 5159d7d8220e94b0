-- Each posting goes where its transfer's reason lets it, between accounts that exist, of the posting's issuer.
with allowed (reason, source_kind, target_kind) as (values
    ('earn', 'issuance', 'lot'), ('earn', 'issuance', 'arrears'),
    ('adjust', 'issuance', 'lot'), ('adjust', 'issuance', 'arrears'), ('adjust', 'lot', 'issuance'),
    ('redeem', 'lot', 'payable'),
    ('hold', 'lot', 'hold'),
    ('capture', 'hold', 'payable'), ('capture', 'hold', 'lot'), ('capture', 'hold', 'arrears'),
    ('capture', 'hold', 'breakage'),
    ('release', 'hold', 'lot'), ('release', 'hold', 'arrears'), ('release', 'hold', 'breakage'),
    ('reverse', 'payable', 'lot'), ('reverse', 'payable', 'arrears'),
    ('clawback', 'lot', 'issuance'), ('clawback', 'breakage', 'issuance'), ('clawback', 'arrears', 'issuance'),
    ('expire', 'lot', 'breakage'),
    ('gift', 'lot', 'transit'), ('gift', 'transit', 'lot'), ('gift', 'transit', 'arrears'),
    ('merge', 'lot', 'transit'), ('merge', 'transit', 'lot'), ('merge', 'transit', 'arrears'),
    ('merge', 'arrears', 'transit'),
    ('settle', 'payable', 'retired'), ('settle', 'retired', 'payable')),
sides as (
    select p.party_id, p.transfer_id, p.number, p.issuer_id, s.kind, s.id
    from points_posting p
    cross join lateral (values (p.source_kind, p.source_id), (p.target_kind, p.target_id)) s (kind, id)
    where {wallets p.party_id})
select 'transfer ' || t.id as what,
    format('posting %s goes from %s to %s in a transfer of reason %s', p.number, p.source_kind, p.target_kind, t.reason)
    as detail
from points_transfer t
join points_posting p on p.party_id = t.party_id and p.transfer_id = t.id
left join allowed a using (reason, source_kind, target_kind)
where {wallets t.party_id} and (a.reason is null
    or (p.restores is null) <> (t.reason not in ('capture', 'release', 'reverse'))
    or (t.follows is null) <> (t.reason not in ('capture', 'release', 'reverse', 'clawback')))
union all
select 'transfer ' || s.transfer_id, format('posting %s has no %s %s of its issuer', s.number, s.kind, s.id)
from sides s
join points_transfer t on t.party_id = s.party_id and t.id = s.transfer_id
left join points_account a on a.party_id = s.party_id and a.id = s.id and a.kind = s.kind and a.issuer_id = s.issuer_id
where case
    when s.kind in ('lot', 'hold', 'arrears') then a.id is null
    when s.kind = 'payable' then s.id is distinct from t.counterparty_id
    when s.kind = 'transit' then s.id is null
    else s.id <> s.issuer_id end
