-- Accounts have their wallet and terms of their issuer; transfers have a wallet, or for a settlement a merchant; whoever
-- is owed is a merchant of the ledger.
select 'account ' || a.id as what, 'its wallet, its issuer or the issuer''s terms are missing' as detail
from points_account a
left join points_wallet w on w.id = a.party_id
left join points_terms t on t.id = a.terms_id and t.issuer_id = a.issuer_id
left join points_issuer i on i.id = a.issuer_id
where {wallets a.party_id} and (w.id is null or i.id is null or (a.kind <> 'arrears' and t.id is null))
union all
select 'transfer ' || t.id, 'its wallet or its merchant is unknown to the ledger'
from points_transfer t
left join points_wallet w on w.id = t.party_id
left join points_merchant p on p.id = t.party_id
left join points_merchant m on m.id = t.counterparty_id
left join points_wallet o on o.id = t.counterparty_id
where {wallets t.party_id} and (case t.reason when 'settle' then p.id is null else w.id is null end
    or case
        when t.reason in ('redeem', 'hold', 'capture', 'release', 'reverse', 'settle') then m.id is null
        when t.reason in ('gift', 'merge') then o.id is null
        else t.counterparty_id is not null end)
union all
select 'salt of wallet ' || s.wallet_id, 'there is no such wallet'
from points_salt s
left join points_wallet w on w.id = s.wallet_id
where {wallets s.wallet_id} and w.id is null
