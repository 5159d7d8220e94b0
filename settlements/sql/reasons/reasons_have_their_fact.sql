-- What the other packages keep of a posting was posted: each award with points, receipt, undo, refund, taking, gift, merge,
-- each correction, new terms and lifted suspension that was carried out, has its fact in the ledger, and each decision its
-- statement. How much it moved is compared from the fact's side.
-- And what a till was told that the ledger refused, the ledger did refuse.
with kept as (
    select 'award ' || a.id as what, e.wallet_id as party_id, a.transfer_id as fact_id, array['earn'] as reasons
    from earning_award a
    left join earning_event e on e.id = a.event_id
    where {since a.made_at} and a.transfer_id is not null
    union all
    select 'receipt ' || r.number, r.wallet_id, r.transfer_id, array['redeem', 'capture']
    from redemptions_redemption r
    where {since r.redeemed_at}
    union all
    select 'undo ' || u.id, r.wallet_id, u.transfer_id, array['reverse']
    from redemptions_undo u
    left join redemptions_redemption r on r.number = u.redemption_id
    where {since u.undone_at}
    union all
    select 'refund ' || f.id, r.wallet_id, f.transfer_id, array['reverse']
    from redemptions_refund f
    left join redemptions_redemption r on r.number = f.redemption_id
    where {since f.refunded_at}
    union all
    select 'taking ' || k.id, e.wallet_id, k.transfer_id, array['clawback']
    from earning_cancellation c
    join earning_takenback k on k.cancellation_id = c.id
    left join earning_award a on a.id = k.award_id
    left join earning_event e on e.id = a.event_id
    where {since c.received_at}
    union all
    select 'gift ' || g.id, r.wallet_id, g.transfer_id, array['gift']
    from residents_gift g
    left join residents_resident r on r.id = g.giver_id
    where {since g.given_at})
select k.what, format('there is no %s %s of wallet %s', k.reasons[1], k.fact_id, k.party_id) as detail
from kept k
left join points_transfer t on t.party_id = k.party_id and t.id = k.fact_id and t.reason = any (k.reasons)
where t.id is null
union all
select 'cancellation ' || c.id, format('says %s points, %s were taken', c.points, sum(k.points))
from earning_cancellation c
left join earning_takenback k on k.cancellation_id = c.id
where {since c.received_at}
group by c.id, c.points
having c.points <> coalesce(sum(k.points), 0)
union all
select 'approval ' || a.id, format('was carried out for wallet %s, which was not corrected', r.wallet_id)
from decisions_approval a
left join residents_resident r
    on r.id = case when a.target_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then a.target_id::uuid end
left join points_transfer t
    on t.party_id = r.wallet_id and t.source = 'approvals' and t.key = a.id::text and t.reason = 'adjust'
where {since a.closed_at} and a.state = 'done' and a.action = 'adjust' and t.id is null
union all
select 'approval ' || a.id, format('was decided at %s, and issuer %s never declared it', a.decided_at, b.issuer_id)
from decisions_approval a
left join branches_bank b on b.id = a.bank_id
where {since a.decided_at} and a.state <> 'waiting' and not exists (
    select from points_declaration s where s.party_id = b.issuer_id and s.kind = 'approval' and s.subject = a.id::text)
union all
select 'approval ' || a.id, format('was carried out at %s; issuer %s has no such terms, or its points wait on', a.closed_at, b.issuer_id)
from decisions_approval a
left join branches_bank b on b.id = a.bank_id
where {since a.closed_at} and a.state = 'done' and case a.action
    when 'terms' then not exists (
        select from points_terms t
        where t.issuer_id = b.issuer_id and a.payload
            = jsonb_build_object('months', t.months, 'grace_days', t.grace_days, 'starts_on', to_char(t.starts_on, 'YYYY-MM-DD')))
    when 'lift_suspension' then not exists (
        select from points_declaration s
        where s.party_id = b.issuer_id and s.kind = 'suspension' and s.recorded_at = a.closed_at
            and s.body like '%: its points wait no longer; %')
    else false end
union all
select 'resident ' || r.id, format('became part of %s, and wallet %s is followed by %s', r.successor_id, r.wallet_id, w.successor_id)
from residents_resident r
left join residents_resident n on n.id = r.successor_id
left join points_wallet w on w.id = r.wallet_id
where {since r.merged_at} and r.successor_id is not null and w.successor_id is distinct from n.wallet_id
union all
select 'refused redemption ' || f.id, format('the ledger kept no %s of wallet %s under that key', f.code, c.wallet_id)
from redemptions_refusedredemption f
left join redemptions_checkout c on c.id = f.checkout_id
left join points_refusal o on o.party_id = c.wallet_id and o.source = 'redemptions' and o.outcome = f.code
    and o.key = format('redeem:%s:%s', f.outlet_id, f.key)
where {since f.refused_at} and o.id is null
    and f.code in ('insufficient_points', 'wallet_frozen', 'wallet_closed', 'unknown_merchant')
