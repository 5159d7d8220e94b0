-- Where a user stands now as a cashier: at that outlet, or at the one they came to first. Every request of a till begins with
-- it; as a function, because its plan is kept, and to plan four tables anew takes longer than to read a row of each.
create function merchants_working_till(_user bigint, _outlet bigint)
    returns table (
        cashier_id bigint, user_id bigint, appointed_at timestamptz,
        outlet_id bigint, neighborhood_id bigint, outlet_name text, outlet_name_en text, picture text, opened_at timestamptz,
        merchant_id uuid, merchant_name text, merchant_name_en text, acquirer_id bigint, party_id uuid, enrolled_at timestamptz,
        password text, session_epoch integer, is_active boolean, is_made_up boolean)
language plpgsql stable as $$
begin
    return query
    select c.id, c.user_id, c.appointed_at,
        o.id, o.neighborhood_id, o.name::text, o.name_en::text, o.picture::text, o.opened_at,
        m.id, m.name::text, m.name_en::text, m.acquirer_id, m.party_id, m.enrolled_at,
        u.password::text, u.session_epoch, u.is_active, u.is_made_up
    from merchants_cashier c
    join merchants_outlet o on o.id = c.outlet_id
    join merchants_merchant m on m.id = o.merchant_id
    join identity_user u on u.id = c.user_id
    where c.user_id = _user and c.dismissed_at is null and o.closed_at is null and (_outlet is null or o.id = _outlet)
    order by c.appointed_at, c.id
    limit 1;
end $$;
grant execute on function merchants_working_till to {app};
