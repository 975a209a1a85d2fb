"""The functions by which a visitor's spin is decided and shown. Each is listed in tests/guards."""

from django.db import migrations

from tenants.walls.levels import MERCHANT_SETTING
from tenants.walls.ops import SiteFunction

# One draw: the place (from 1) that a number in [0, 1) falls on; weight 0 is never drawn, nothing to draw is NULL.
PICK = """
CREATE FUNCTION {schema}.wheel_pick(p_random double precision, p_weights integer[]) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT found.place::integer FROM (
        SELECT u.place, u.weight, sum(u.weight) OVER (ORDER BY u.place) AS upto, sum(u.weight) OVER () AS total
        FROM unnest(p_weights) WITH ORDINALITY AS u(weight, place)) found
    WHERE found.weight > 0 AND least(p_random, 0.999999999999) * found.total < found.upto
    ORDER BY found.place LIMIT 1
$$
"""

# The segments of a version, and why one cannot be drawn now (by this customer, where one is given).
OPEN = """
CREATE FUNCTION {schema}.wheel_open(p_version uuid, p_customer uuid, p_now timestamptz)
RETURNS TABLE (place integer, segment uuid, batch uuid, weight integer, barred text) LANGUAGE sql STABLE AS $$
    SELECT s.position::integer, s.id, s.batch_id, s.weight, CASE
        WHEN s.batch_id IS NULL THEN ''
        WHEN b.state = 'paused' THEN 'paused'
        WHEN b.state = 'expired' OR p_now >= b.claim_until THEN 'over'
        WHEN b.state <> 'active' THEN 'closed'
        WHEN p_now < b.starts_at THEN 'not_yet'
        WHEN NOT EXISTS (SELECT 1 FROM merchants_coupon c WHERE c.batch_id BETWEEN b.id AND b.id
                         AND c.state = 'available' AND c.lane = 'online') THEN 'sold_out'
        WHEN s.per_hour <= (SELECT count(*) FROM wheel_spin p WHERE p.batch_id = s.batch_id
                            AND p.created_at > p_now - interval '1 hour') THEN 'pacing'
        WHEN b.per_customer_limit <= (SELECT count(*) FROM merchants_coupon c WHERE c.batch_id = s.batch_id
                                      AND c.customer_id = p_customer AND c.state <> 'void') THEN 'held'
        ELSE '' END
    FROM wheel_segment s LEFT JOIN merchants_batch b ON b.id = s.batch_id
    WHERE s.version_id = p_version AND s.merchant_id = coalesce({merchant_setting}, s.merchant_id)
    ORDER BY s.position
$$
""".replace("{merchant_setting}", MERCHANT_SETTING)

# What visitors may know of a merchant's wheel: its face, whether it runs, and which batches only it gives out. Those
# are the prizes of all its versions: what was taken off the wheel does not turn up on the poster's page by itself. A
# wheel that never ran holds nothing back.
FACE = """
CREATE FUNCTION {schema}.wheel_face(p_merchant uuid, p_now timestamptz) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'wheel', w.id, 'version', v.id, 'number', v.number, 'always', v.always_batch_id,
        'runs', w.is_on AND m.state = 'active' AND EXISTS (
            SELECT 1 FROM wheel_open(v.id, NULL, p_now) o WHERE o.batch IS NOT NULL AND o.barred IN ('', 'pacing')),
        'prizes', (SELECT coalesce(jsonb_agg(DISTINCT s.batch_id), '[]') FROM wheel_segment s
                   JOIN wheel_wheelversion o ON o.id = s.version_id
                   WHERE o.wheel_id = w.id AND s.batch_id IS NOT NULL AND (w.is_on OR w.switched_at IS NOT NULL)),
        'segments', (SELECT jsonb_agg(jsonb_build_object('position', s.position, 'label_en', s.label_en,
                         'label_ar', s.label_ar, 'colour', s.colour) ORDER BY s.position)
                     FROM wheel_segment s WHERE s.version_id = v.id))
    FROM wheel_wheel w JOIN merchants_merchant m ON m.id = w.merchant_id
    JOIN LATERAL (SELECT * FROM wheel_wheelversion WHERE wheel_id = w.id ORDER BY number DESC LIMIT 1) v ON true
    WHERE w.merchant_id = p_merchant
$$
"""

SPIN_SIGNATURE = (
    "spin_wheel(uuid, bytea, text, text, text, smallint, smallint, text, text, text, boolean, uuid,"
    " double precision[], timestamptz)"
)
# The one code path of a spin: customer, day, draw, prize, log. Locks, in order: customer, wheel, coupon.
SPIN = """
CREATE FUNCTION {schema}.spin_wheel(
    p_merchant uuid, p_phone_index bytea, p_phone_sealed text, p_name text, p_birthday_sealed text, p_month smallint,
    p_day smallint, p_language text, p_source text, p_device text, p_may_prove boolean, p_new_customer uuid,
    p_random double precision[], p_now timestamptz,
    OUT outcome text, OUT spin uuid, OUT customer uuid, OUT fresh boolean, OUT proved boolean
) LANGUAGE plpgsql AS $$
DECLARE
    w wheel_wheel%ROWTYPE;
    v wheel_wheelversion%ROWTYPE;
    m_state text;
    m_zone text;
    stored_name text;
    today date;
    segments uuid[];
    batches uuid[];
    weights integer[];
    reasons jsonb;
    has_prize boolean;
    picked integer;
    turn integer := 0;
    got text;
    result text := 'nothing_left';
    prize uuid;
    extra uuid;
    draws jsonb := '[]';
BEGIN
    fresh := false;
    proved := false;
    SELECT m.state, m.time_zone INTO m_state, m_zone FROM merchants_merchant m WHERE m.id = p_merchant;
    SELECT * INTO w FROM wheel_wheel WHERE merchant_id = p_merchant;
    IF NOT FOUND OR NOT w.is_on OR m_state <> 'active' THEN outcome := 'closed'; RETURN; END IF;

    -- One customer at a time, found or made as a claim does it: the same phone from twenty browsers queues here.
    FOR again IN 1..3 LOOP
        SELECT c.id, c.name INTO customer, stored_name FROM merchants_customer c
        WHERE c.phone_index = p_phone_index FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        IF p_name = '' THEN outcome := 'details_needed'; RETURN; END IF;
        INSERT INTO merchants_customer (id, phone_index, phone_sealed, name, birthday_sealed, birth_month, birth_day,
                                        language, created_at, updated_at)
        VALUES (p_new_customer, p_phone_index, p_phone_sealed, p_name, p_birthday_sealed, p_month, p_day,
                p_language, p_now, p_now)
        ON CONFLICT (phone_index) DO NOTHING RETURNING id INTO customer;
        fresh := customer IS NOT NULL;
        EXIT WHEN fresh;
    END LOOP;
    IF customer IS NULL THEN RAISE EXCEPTION 'the record kept changing' USING ERRCODE = 'serialization_failure'; END IF;
    IF NOT fresh AND stored_name = '' AND p_name = '' THEN
        outcome := 'details_needed'; customer := NULL; RETURN;
    END IF;
    proved := p_device <> '' AND ((fresh AND p_may_prove) OR EXISTS (
        SELECT 1 FROM merchants_customerdevice d WHERE d.token_hash = p_device AND d.customer_id = customer));

    -- One spin of this wheel at a time: stock, pacing and version are then what this spin sees.
    SELECT * INTO w FROM wheel_wheel WHERE id = w.id FOR NO KEY UPDATE;
    SELECT * INTO v FROM wheel_wheelversion WHERE wheel_id = w.id ORDER BY number DESC LIMIT 1;
    today := (p_now AT TIME ZONE m_zone)::date;
    SELECT s.id INTO spin FROM wheel_spin s WHERE s.version_id = v.id AND s.customer_id = customer AND s.day = today;
    IF FOUND THEN
        outcome := 'again';
        IF NOT proved THEN spin := NULL; customer := NULL; END IF;
        RETURN;
    END IF;

    SELECT array_agg(o.segment ORDER BY o.place), array_agg(o.batch ORDER BY o.place),
           array_agg(CASE WHEN o.barred = '' THEN o.weight ELSE 0 END ORDER BY o.place),
           coalesce(jsonb_object_agg(o.place, o.barred) FILTER (WHERE o.barred <> ''), '{}'),
           bool_or(o.batch IS NOT NULL AND o.barred IN ('', 'pacing', 'held'))
    INTO segments, batches, weights, reasons, has_prize FROM wheel_open(v.id, customer, p_now) o;
    IF NOT w.is_on OR NOT coalesce(has_prize, false) THEN
        -- A wheel on which nothing can be won is not turned at all.
        outcome := CASE WHEN w.is_on THEN 'nothing_left' ELSE 'closed' END;
    ELSE
        LOOP
            turn := turn + 1;
            picked := wheel_pick(p_random[turn], weights);
            EXIT WHEN picked IS NULL;
            IF batches[picked] IS NULL THEN
                result := 'no_prize';
            ELSE
                SELECT c.outcome, c.coupon INTO got, prize FROM claim_coupon(
                    batches[picked], '', p_phone_index, p_phone_sealed, p_name, p_birthday_sealed, p_month, p_day,
                    p_language, 'wheel', p_device, p_may_prove, p_new_customer, p_now) c;
                result := CASE WHEN got = 'taken' THEN 'win' ELSE got END;
            END IF;
            draws := draws || jsonb_build_object('random', p_random[turn], 'weights', to_jsonb(weights),
                                                 'position', picked, 'outcome', result);
            EXIT WHEN result IN ('win', 'no_prize');
            -- Its last coupon went elsewhere in this very moment: draw among the rest.
            weights[picked] := 0;
            prize := NULL;
            result := 'nothing_left';
        END LOOP;
        IF v.always_batch_id IS NOT NULL THEN
            SELECT c.outcome, c.coupon INTO got, extra FROM claim_coupon(
                v.always_batch_id, '', p_phone_index, p_phone_sealed, p_name, p_birthday_sealed, p_month, p_day,
                p_language, 'wheel', p_device, p_may_prove, p_new_customer, p_now) c;
            IF got <> 'taken' THEN extra := NULL; END IF;
        END IF;
        outcome := CASE WHEN picked IS NULL AND extra IS NULL THEN 'nothing_left' END;
    END IF;
    IF outcome IS NOT NULL THEN
        IF fresh THEN  -- nothing happened, so nothing about this person is kept
            DELETE FROM merchants_customer WHERE id = customer;
            proved := false;
        END IF;
        customer := NULL;
        RETURN;
    END IF;
    IF NOT fresh AND stored_name = '' THEN
        -- A till left a bare number behind: the first form with a name completes the record, and proves nothing.
        UPDATE merchants_customer SET name = p_name, birthday_sealed = p_birthday_sealed, birth_month = p_month,
            birth_day = p_day, language = p_language, updated_at = p_now WHERE id = customer AND name = '';
    END IF;

    spin := uuidv7();
    INSERT INTO wheel_spin (id, merchant_id, version_id, customer_id, day, segment_id, outcome, batch_id, coupon_id,
                            always_coupon_id, draws, left_out, source, created_at)
    VALUES (spin, p_merchant, v.id, customer, today, CASE WHEN picked IS NOT NULL THEN segments[picked] END, result,
            CASE WHEN prize IS NOT NULL THEN batches[picked] END, prize, extra, draws, reasons, p_source, p_now);
    IF fresh AND p_may_prove AND p_device <> '' THEN
        INSERT INTO merchants_customerdevice (id, customer_id, token_hash, proved_by, created_at)
        VALUES (uuidv7(), customer, p_device, 'created', p_now);
    END IF;
    outcome := 'spun';
END $$
"""

# A spin as its own page shows it. Its id is in a signed address that only the browser that spun was given.
PAGE = """
CREATE FUNCTION {schema}.spin_page(p_spin uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'id', p.id, 'merchant', p.merchant_id, 'outcome', p.outcome, 'day', p.day, 'source', p.source,
        'position', (SELECT s.position FROM wheel_segment s WHERE s.id = p.segment_id),
        'serial', (SELECT c.serial FROM merchants_coupon c WHERE c.id = p.coupon_id),
        'always', (SELECT c.serial FROM merchants_coupon c WHERE c.id = p.always_coupon_id),
        'segments', (SELECT jsonb_agg(jsonb_build_object('position', s.position, 'label_en', s.label_en,
                         'label_ar', s.label_ar, 'colour', s.colour) ORDER BY s.position)
                     FROM wheel_segment s WHERE s.version_id = p.version_id))
    FROM wheel_spin p WHERE p.id = p_spin
$$
"""


class Migration(migrations.Migration):
    dependencies = [("wheel", "0002_walls"), ("merchants", "0006_wheel_source")]
    operations = [
        SiteFunction("Spin", "wheel_pick(double precision, integer[])", PICK, callers=()),
        SiteFunction("Spin", "wheel_open(uuid, uuid, timestamptz)", OPEN, callers=("merchant",)),
        SiteFunction("Spin", "wheel_face(uuid, timestamptz)", FACE, callers=("visitor",)),
        SiteFunction("Spin", SPIN_SIGNATURE, SPIN, callers=("visitor",)),
        SiteFunction("Spin", "spin_page(uuid)", PAGE, callers=("visitor",)),
    ]
