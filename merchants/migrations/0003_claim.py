"""The functions through which people without an account touch coupons. Each is listed in tests/guards."""

from django.db import migrations

from tenants.walls.levels import MERCHANT_SETTING
from tenants.walls.ops import SiteFunction

CLAIM_SIGNATURE = (
    "claim_coupon(uuid, text, bytea, text, text, text, smallint, smallint, text, text, text, boolean, uuid, timestamptz)"
)
# The one code path by which a coupon becomes taken online. Locks, in order: customer, coupon.
CLAIM = """
CREATE FUNCTION {schema}.claim_coupon(
    p_batch uuid, p_serial text, p_phone_index bytea, p_phone_sealed text, p_name text,
    p_birthday_sealed text, p_month smallint, p_day smallint, p_language text, p_source text,
    p_device text, p_may_prove boolean, p_new_customer uuid, p_now timestamptz,
    OUT outcome text, OUT coupon uuid, OUT serial text, OUT customer uuid, OUT fresh boolean, OUT proved boolean
) LANGUAGE plpgsql AS $$
DECLARE
    b merchants_batch%ROWTYPE;
    m_state text;
    m_zone text;
    stored_name text;
    held integer;
    top_ordinal integer;
    until timestamptz;
BEGIN
    fresh := false;
    proved := false;
    IF p_serial <> '' THEN
        SELECT batch.* INTO b FROM merchants_coupon c JOIN merchants_batch batch ON batch.id = c.batch_id
        WHERE c.serial = p_serial AND c.lane = 'print' AND c.state <> 'void';
    ELSE
        SELECT * INTO b FROM merchants_batch WHERE id = p_batch;
    END IF;
    IF NOT FOUND THEN outcome := 'unknown'; RETURN; END IF;
    -- A merchant's own systems claim from its own batches only; this function sees everybody's.
    IF b.merchant_id <> coalesce({merchant_setting}, b.merchant_id) THEN
        outcome := 'unknown'; RETURN;
    END IF;
    SELECT m.state, m.time_zone INTO m_state, m_zone FROM merchants_merchant m WHERE m.id = b.merchant_id;
    outcome := CASE
        WHEN b.state = 'paused' THEN 'paused'
        WHEN b.state = 'expired' THEN 'over'
        WHEN b.state <> 'active' OR m_state IN ('archived', 'suspended') THEN 'closed'
        WHEN p_now < b.starts_at THEN 'not_yet'
        WHEN p_now >= b.claim_until THEN 'over'
        WHEN p_serial = '' AND m_state <> 'active' THEN 'closed'
        WHEN p_source = 'centre' AND NOT b.on_centre THEN 'closed'
        WHEN p_source = 'in_store' AND NOT b.in_store THEN 'closed'
    END;
    IF outcome IS NOT NULL THEN RETURN; END IF;

    -- One customer at a time: the same phone from fifty browsers queues here. The second turn is for a record that
    -- another claim made, or took back, between the two statements.
    FOR turn IN 1..3 LOOP
        SELECT c.id, c.name INTO customer, stored_name FROM merchants_customer c
        WHERE c.phone_index = p_phone_index FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        -- A till may take a printed coupon for a bare number; everybody else says who they are.
        IF p_name = '' AND p_source <> 'counter' THEN outcome := 'details_needed'; RETURN; END IF;
        IF p_serial = '' AND b.sold_out THEN outcome := 'sold_out'; RETURN; END IF;
        INSERT INTO merchants_customer (id, phone_index, phone_sealed, name, birthday_sealed, birth_month, birth_day,
                                        language, created_at, updated_at)
        VALUES (p_new_customer, p_phone_index, p_phone_sealed, p_name, p_birthday_sealed, p_month, p_day,
                p_language, p_now, p_now)
        ON CONFLICT (phone_index) DO NOTHING RETURNING id INTO customer;
        fresh := customer IS NOT NULL;
        EXIT WHEN fresh;
    END LOOP;
    IF customer IS NULL THEN RAISE EXCEPTION 'the record kept changing' USING ERRCODE = 'serialization_failure'; END IF;
    IF NOT fresh AND stored_name = '' AND p_name = '' AND p_source <> 'counter' THEN
        outcome := 'details_needed'; customer := NULL; RETURN;
    END IF;
    proved := p_device <> '' AND ((fresh AND p_may_prove) OR EXISTS (
        SELECT 1 FROM merchants_customerdevice d WHERE d.token_hash = p_device AND d.customer_id = customer));

    SELECT count(*) FILTER (WHERE c.state <> 'void'), max(c.ordinal) INTO held, top_ordinal
    FROM merchants_coupon c WHERE c.batch_id = b.id AND c.customer_id = customer;
    IF held >= b.per_customer_limit OR (held > 0 AND p_serial <> '' AND EXISTS (
        SELECT 1 FROM merchants_coupon c WHERE c.serial = p_serial AND c.customer_id = customer)) THEN
        outcome := 'held';
        IF proved THEN
            SELECT c.id, c.serial INTO coupon, serial FROM merchants_coupon c
            WHERE c.batch_id = b.id AND c.customer_id = customer AND c.state <> 'void'
            ORDER BY c.serial = p_serial DESC, c.ordinal DESC LIMIT 1;
        ELSE
            customer := NULL;
        END IF;
        RETURN;
    END IF;

    IF p_serial <> '' THEN
        SELECT c.id INTO coupon FROM merchants_coupon c
        WHERE c.serial = p_serial AND c.state = 'available' FOR UPDATE;
    ELSE
        -- A range of one batch in the order of merchants_coupon_free: with plain equality the planner takes another
        -- index where its statistics are old, and then reads every coupon that is taken or meant for print.
        BEGIN
            SELECT c.id INTO STRICT coupon FROM merchants_coupon c
            WHERE c.batch_id BETWEEN b.id AND b.id AND c.state = 'available' AND c.lane = 'online'
            ORDER BY c.batch_id, c.id LIMIT 1 FOR UPDATE SKIP LOCKED;
        EXCEPTION WHEN no_data_found THEN
            -- Looking may have locked coupons that turned out to be taken. Leaving the block by this way lets go of
            -- them: whoever waits below must hold none, or it and the batch's expiry could wait for each other.
            coupon := NULL;
        END;
        IF coupon IS NULL THEN
            -- Somebody may hold the last one and roll back: wait for them before saying sold out.
            SELECT c.id INTO coupon FROM merchants_coupon c
            WHERE c.batch_id BETWEEN b.id AND b.id AND c.state = 'available' AND c.lane = 'online'
            ORDER BY c.batch_id, c.id LIMIT 1 FOR UPDATE;
        END IF;
    END IF;
    IF coupon IS NULL THEN
        IF fresh THEN  -- nothing was given, so nothing about this person is kept
            DELETE FROM merchants_customer WHERE id = customer;
            customer := NULL; fresh := false; proved := false;
        END IF;
        IF NOT proved THEN customer := NULL; END IF;
        IF p_serial <> '' THEN outcome := 'gone'; RETURN; END IF;
        -- Whoever holds the batch now may wait for coupons looked at above: the next one to ask will say it then.
        UPDATE merchants_batch SET sold_out = true WHERE id = (
            SELECT id FROM merchants_batch WHERE id = b.id AND state = 'active' AND NOT sold_out FOR UPDATE SKIP LOCKED);
        -- Waiting above may have been for the batch's own end.
        outcome := CASE (SELECT state FROM merchants_batch WHERE id = b.id)
            WHEN 'active' THEN 'sold_out' WHEN 'paused' THEN 'paused' WHEN 'expired' THEN 'over' ELSE 'closed' END;
        RETURN;
    END IF;

    until := CASE
        WHEN b.use_days IS NOT NULL THEN
            (date_trunc('day', p_now AT TIME ZONE m_zone) + make_interval(days => b.use_days + 1)) AT TIME ZONE m_zone
        ELSE coalesce(b.use_until, b.claim_until)
    END;
    UPDATE merchants_coupon c SET state = 'taken', customer_id = customer, ordinal = coalesce(top_ordinal, 0) + 1,
        source = p_source, taken_at = p_now, use_until = until
    WHERE c.id = coupon RETURNING c.serial INTO serial;
    IF NOT fresh AND stored_name = '' AND p_name <> '' THEN
        -- A till left a bare number behind: its first claim with a name completes the record, and proves nothing.
        UPDATE merchants_customer SET name = p_name, birthday_sealed = p_birthday_sealed, birth_month = p_month,
            birth_day = p_day, language = p_language, updated_at = p_now WHERE id = customer;
    END IF;
    INSERT INTO merchants_merchantcustomer (id, merchant_id, customer_id, first_at, last_at, claims, redemptions)
    VALUES (uuidv7(), b.merchant_id, customer, p_now, p_now, 1, 0)
    ON CONFLICT (merchant_id, customer_id) DO UPDATE SET last_at = p_now, claims = merchants_merchantcustomer.claims + 1;
    IF fresh AND p_may_prove AND p_device <> '' THEN
        INSERT INTO merchants_customerdevice (id, customer_id, token_hash, proved_by, created_at)
        VALUES (uuidv7(), customer, p_device, 'created', p_now);
    END IF;
    INSERT INTO kernel_outboxevent (id, site_id, topic, payload, created_at, due_at, attempts, error)
    VALUES (uuidv7(), substr(current_user::text, 2, 32)::uuid, 'coupon.taken',
            jsonb_build_object('coupon_id', coupon, 'merchant_id', b.merchant_id, 'source', p_source), p_now, p_now,
            0, '');
    outcome := 'taken';
END $$
""".replace("{merchant_setting}", MERCHANT_SETTING)

# What the page of a phone number may know: whether it is known here, and who it is on a device that proved it.
RECOGNISE = """
CREATE FUNCTION {schema}.recognise_phone(
    p_phone_index bytea, p_device text, OUT known boolean, OUT proved_customer uuid
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT true, (SELECT d.customer_id FROM merchants_customerdevice d
                  WHERE d.token_hash = p_device AND d.customer_id = c.id AND p_device <> '')
    INTO known, proved_customer FROM merchants_customer c WHERE c.phone_index = p_phone_index AND c.name <> '';
    known := coalesce(known, false);
END $$
"""

# Whose phones a browser proved: the door to level holder.
PROVED = """
CREATE FUNCTION {schema}.proved_customers(p_device text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT customer_id FROM merchants_customerdevice WHERE token_hash = p_device AND p_device <> ''
    ORDER BY created_at DESC
$$
"""

# The coupon page: what it is and its state, never its holder.
PAGE = """
CREATE FUNCTION {schema}.coupon_page(
    p_serial text, OUT coupon uuid, OUT batch uuid, OUT state text, OUT lane text, OUT taken_at timestamptz,
    OUT use_until timestamptz, OUT redeemed_at timestamptz, OUT about jsonb, OUT merchant jsonb
) LANGUAGE sql STABLE AS $$
    SELECT c.id, b.id, c.state, c.lane, c.taken_at, c.use_until, c.redeemed_at,
           (SELECT to_jsonb(public_part) FROM (SELECT b.id, b.merchant_id, b.title_en, b.title_ar, b.offer_kind,
                b.offer_percent, b.offer_amount, b.offer_text_en, b.offer_text_ar, b.terms_en, b.terms_ar, b.category,
                b.country, b.city, b.face, b.starts_at, b.claim_until, b.use_days, b.use_until, b.weekdays,
                b.hour_from, b.hour_to, b.per_customer_limit, b.state, b.on_centre, b.in_store) public_part),
           jsonb_build_object('id', m.id, 'brand_name', m.brand_name, 'brand_name_ar', m.brand_name_ar,
                              'slug', m.slug, 'logo', m.logo, 'address', m.address, 'city', m.city,
                              'time_zone', m.time_zone, 'state', m.state,
                              'review_link', m.review_link, 'review_step', m.review_step)
    FROM merchants_coupon c JOIN merchants_batch b ON b.id = c.batch_id
    JOIN merchants_merchant m ON m.id = c.merchant_id
    WHERE c.serial = p_serial
$$
"""

# For staff at the till: a serial that is not theirs exists on this site, or it does not.
EXISTS = """
CREATE FUNCTION {schema}.serial_exists(p_serial text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM merchants_coupon WHERE serial = p_serial)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("merchants", "0002_walls"), ("kernel", "0001_initial")]
    operations = [
        SiteFunction("Coupon", CLAIM_SIGNATURE, CLAIM, callers=("visitor", "merchant")),
        SiteFunction("Coupon", "recognise_phone(bytea, text)", RECOGNISE, callers=("visitor",)),
        SiteFunction("Coupon", "proved_customers(text)", PROVED, callers=("visitor",)),
        SiteFunction("Coupon", "coupon_page(text)", PAGE, callers=("visitor", "holder")),
        SiteFunction("Coupon", "serial_exists(text)", EXISTS, callers=("merchant",)),
    ]
