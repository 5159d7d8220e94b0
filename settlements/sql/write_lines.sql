-- Write the lines of a day's merchant statements for the numbers (after, upto], each with its issuers' parts.
-- One point is one minor unit. A redemption made at a till brings its receipt, also when points of it are given back.
with part as materialized ({sealed_redemptions}),
line as (
    insert into settlements_merchantline
        (number, statement_id, transfer_id, redemption_id, reason, points, amount_minor, effective_at, recorded_at)
    select p.number, s.id, p.transfer_id, coalesce(min(r.number), min(u.redemption_id), min(f.redemption_id)), p.reason, sum(p.points), sum(p.points),
        p.effective_at, p.recorded_at
    from part p
    join merchants_merchant m on m.party_id = p.merchant_id
    join settlements_merchantstatement s on s.merchant_id = m.id and s.day_id = %(day)s
    left join redemptions_redemption r on r.transfer_id = p.transfer_id
    left join redemptions_undo u on u.transfer_id = p.transfer_id
    left join redemptions_refund f on f.transfer_id = p.transfer_id
    group by p.number, s.id, p.transfer_id, p.reason, p.effective_at, p.recorded_at)
insert into settlements_merchantlinepart (line_id, issuer_id, points, amount_minor)
select p.number, b.id, p.points, p.points
from part p
join branches_bank b on b.issuer_id = p.issuer_id
