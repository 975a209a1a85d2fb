"""The functions that are the only hands on the ledger.

`bank_post` runs as the NOLOGIN role couponry_bank, whoever calls it; who that is stands in the setting `role`, which
a caller can only set to a role of its own. Refusals have their own SQLSTATEs, which credits.services.bank translates:
CR400 malformed, CR402 not enough, CR404 no such wallet, CR409 the key was used for something else.

The helpers have no search path of their own: only these functions may call them, and theirs is fixed.
"""

from django.db import migrations

from tenants.walls.levels import BANK

# Who asks. A site's role speaks for its own site only; the console for every site.
CALLER = """
CREATE FUNCTION bank_caller_is_console(p_site uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $bank$
DECLARE
    v_role text := current_setting('role');
BEGIN
    IF v_role = 'master_master' THEN
        RETURN true;
    END IF;
    IF v_role ~ '^s[0-9a-f]{32}_site$' THEN
        IF substr(v_role, 2, 32)::uuid = p_site THEN
            RETURN false;
        END IF;
    END IF;
    RAISE EXCEPTION 'role % may not post for site %', v_role, p_site USING ERRCODE = 'insufficient_privilege';
END $bank$
"""

# Two lookups, because NULL needs IS NULL to be found by an index.
FIND = """
CREATE FUNCTION bank_find(p_site uuid, p_kind text, p_unit text, p_owner uuid, p_ref uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $bank$
BEGIN
    IF p_ref IS NULL THEN
        RETURN (SELECT id FROM credits_account WHERE site_id = p_site AND owner_id = p_owner AND kind = p_kind
                AND unit = p_unit AND ref_id IS NULL);
    END IF;
    RETURN (SELECT id FROM credits_account WHERE site_id = p_site AND owner_id = p_owner AND kind = p_kind
            AND unit = p_unit AND ref_id = p_ref);
END $bank$
"""

OPEN = """
CREATE FUNCTION bank_open(
    p_site uuid, p_kind text, p_unit text, p_owner_type text, p_owner uuid, p_ref uuid, p_at timestamptz
) RETURNS uuid
LANGUAGE plpgsql AS $bank$
DECLARE
    v_id uuid := bank_find(p_site, p_kind, p_unit, p_owner, p_ref);
BEGIN
    IF v_id IS NOT NULL THEN
        RETURN v_id;
    END IF;
    INSERT INTO credits_account (id, site_id, kind, unit, owner_type, owner_id, merchant_id, agent_id, ref_id,
                                 balance, version, opened_at)
    VALUES (uuidv7(), p_site, p_kind, p_unit, p_owner_type, p_owner,
            CASE WHEN p_owner_type = 'merchant' THEN p_owner END, CASE WHEN p_owner_type = 'agent' THEN p_owner END,
            p_ref, CASE WHEN p_kind IN ('wallet', 'escrow') THEN 0 END,
            CASE WHEN p_kind IN ('wallet', 'escrow') THEN 0 END, p_at)
    ON CONFLICT DO NOTHING;
    RETURN bank_find(p_site, p_kind, p_unit, p_owner, p_ref);
END $bank$
"""

# What tells a repetition from another request. The proof computes it again from the entries.
HASH = """
CREATE FUNCTION bank_request_hash(
    p_site uuid, p_kind text, p_related_type text, p_related_id uuid, p_reason text, p_legs jsonb
) RETURNS bytea
LANGUAGE sql STABLE AS $bank$
    SELECT sha256(convert_to(
        jsonb_build_array(p_site, p_kind, p_related_type, p_related_id, p_reason, p_legs)::text, 'UTF8'))
$bank$
"""

OPEN_ACCOUNT = """
CREATE FUNCTION bank_open_account(p_site uuid, p_unit text, p_owner_type text, p_owner uuid, p_at timestamptz)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $bank$
BEGIN
    PERFORM bank_caller_is_console(p_site);
    RETURN bank_open(p_site, 'wallet', p_unit, p_owner_type, p_owner, NULL, p_at);
END $bank$
"""

# Legs: [{kind, unit, owner_type, owner_id, ref_id, amount, action}, …]. Wallets must exist; escrows and far sides are
# opened as they are needed. Order of work: look at the legs, lock what carries a balance in id order, write the
# transfer (or find that the key was used), refuse what would fall below zero, write.
POST = """
CREATE FUNCTION bank_post(
    p_id uuid, p_site uuid, p_kind text, p_legs jsonb, p_related_type text, p_related_id uuid, p_reason text,
    p_actor_id uuid, p_actor_kind text, p_actor_label text, p_at timestamptz
) RETURNS TABLE (
    is_new boolean, posted_at timestamptz, account_id uuid, kind text, unit text, owner_type text, amount bigint,
    balance_after bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- Its statements find a few rows by key, in small tables and large: planned once, and by index, it takes half the time.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $bank$
#variable_conflict use_column
DECLARE
    v_console boolean := bank_caller_is_console(p_site);
    v_leg record;
    v_account record;
    v_found record;
    v_id uuid;
    v_ids uuid[] := '{}';
    v_amounts bigint[] := '{}';
    v_actions text[] := '{}';
    v_hash bytea;
    v_at timestamptz := p_at;
    v_merchant uuid;
    v_locked integer := 0;
    v_short text;
    v_unit text;
    v_sum bigint := 0;
BEGIN
    FOR v_leg IN
        SELECT l.* FROM jsonb_to_recordset(p_legs) AS l(
            kind text, unit text, owner_type text, owner_id uuid, ref_id uuid, amount bigint, action text)
        ORDER BY l.unit, l.kind, l.owner_id, l.ref_id
    LOOP
        IF v_leg.unit IS DISTINCT FROM v_unit THEN
            IF v_sum <> 0 THEN
                RAISE EXCEPTION 'the legs do not add up to zero in %', v_unit USING ERRCODE = 'CR400';
            END IF;
            v_unit := v_leg.unit;
        END IF;
        v_sum := v_sum + v_leg.amount;
        IF v_leg.amount IS NULL OR v_leg.amount = 0 OR (v_leg.kind = 'wallet') <> (v_leg.action <> '') THEN
            RAISE EXCEPTION 'a leg moves nothing, or its action does not fit: %', v_leg USING ERRCODE = 'CR400';
        END IF;
        IF v_leg.action = 'adjustment' AND p_reason = '' THEN
            RAISE EXCEPTION 'an adjustment needs a reason' USING ERRCODE = 'CR400';
        END IF;
        IF v_console AND v_leg.kind IN ('escrow', 'consumed') THEN
            RAISE EXCEPTION 'the console does not move what follows coupons and messages'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF v_leg.kind = 'wallet' THEN
            v_id := bank_find(p_site, v_leg.kind, v_leg.unit, v_leg.owner_id, NULL);
        ELSE
            v_id := bank_open(p_site, v_leg.kind, v_leg.unit, v_leg.owner_type, v_leg.owner_id, v_leg.ref_id, p_at);
        END IF;
        IF v_id IS NULL THEN
            RAISE EXCEPTION 'no % of % for % %', v_leg.kind, v_leg.unit, v_leg.owner_type, v_leg.owner_id
                USING ERRCODE = 'CR404';
        END IF;
        IF v_id = ANY (v_ids) THEN
            RAISE EXCEPTION 'an account stands in one leg only' USING ERRCODE = 'CR400';
        END IF;
        v_ids := v_ids || v_id;
        v_amounts := v_amounts || v_leg.amount;
        v_actions := v_actions || v_leg.action;
    END LOOP;
    IF v_sum <> 0 THEN
        RAISE EXCEPTION 'the legs do not add up to zero in %', v_unit USING ERRCODE = 'CR400';
    END IF;
    v_hash := bank_request_hash(p_site, p_kind, p_related_type, p_related_id, p_reason, (
        SELECT jsonb_agg(jsonb_build_array(l.id, l.amount, l.action) ORDER BY l.id)
        FROM unnest(v_ids, v_amounts, v_actions) AS l(id, amount, action)));

    -- One order for everybody, so that nobody waits in a circle. The time on an account never runs backwards.
    FOR v_account IN
        SELECT a.id, a.unit, a.merchant_id, a.balance, a.last_at, l.amount
        FROM credits_account a JOIN unnest(v_ids, v_amounts) AS l(id, amount) ON l.id = a.id
        WHERE a.balance IS NOT NULL ORDER BY a.id FOR NO KEY UPDATE OF a
    LOOP
        v_locked := v_locked + 1;
        v_at := greatest(v_at, v_account.last_at);
        IF v_account.merchant_id <> v_merchant THEN
            RAISE EXCEPTION 'a transfer has one merchant at most' USING ERRCODE = 'CR400';
        END IF;
        v_merchant := coalesce(v_merchant, v_account.merchant_id);
        IF v_account.balance + v_account.amount < 0 AND v_short IS NULL THEN
            v_short := jsonb_build_object(
                'account', v_account.id, 'unit', v_account.unit,
                'needed', -v_account.amount, 'available', v_account.balance)::text;
        END IF;
    END LOOP;
    IF v_locked = 0 THEN
        RAISE EXCEPTION 'a transfer concerns a wallet or an escrow' USING ERRCODE = 'CR400';
    END IF;

    INSERT INTO credits_transfer (id, site_id, merchant_id, kind, request_hash, related_type, related_id, reason,
                                  actor_id, actor_kind, actor_label, at)
    VALUES (p_id, p_site, v_merchant, p_kind, v_hash, p_related_type, p_related_id, p_reason,
            p_actor_id, p_actor_kind, p_actor_label, v_at)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        SELECT t.site_id, t.request_hash INTO v_found FROM credits_transfer t WHERE t.id = p_id;
        IF v_found.site_id IS DISTINCT FROM p_site OR v_found.request_hash IS DISTINCT FROM v_hash THEN
            RAISE EXCEPTION 'key % was used for another transfer', p_id USING ERRCODE = 'CR409';
        END IF;
        RETURN QUERY
            SELECT false, e.at, a.id, a.kind::text, a.unit::text, a.owner_type::text, e.amount, e.balance_after
            FROM credits_entry e JOIN credits_account a ON a.id = e.account_id
            WHERE e.transfer_id = p_id ORDER BY a.id;
        RETURN;
    END IF;
    IF v_short IS NOT NULL THEN
        RAISE EXCEPTION 'not enough' USING ERRCODE = 'CR402', DETAIL = v_short;
    END IF;
    RETURN QUERY
        WITH moved AS (
            UPDATE credits_account a
            SET balance = a.balance + l.amount, version = a.version + 1, last_at = v_at
            FROM unnest(v_ids, v_amounts) AS l(id, amount)
            WHERE a.id = l.id AND a.balance IS NOT NULL
            RETURNING a.id, a.balance, a.version
        ), written AS (
            INSERT INTO credits_entry (id, transfer_id, account_id, site_id, owner_type, merchant_id, agent_id, unit,
                                       action, amount, balance_after, version, related_type, related_id, at)
            SELECT uuidv7(), p_id, a.id, a.site_id, a.owner_type, a.merchant_id, a.agent_id, a.unit,
                   l.action, l.amount, m.balance, m.version, p_related_type, p_related_id, v_at
            FROM unnest(v_ids, v_amounts, v_actions) AS l(id, amount, action)
            JOIN credits_account a ON a.id = l.id LEFT JOIN moved m ON m.id = a.id
            RETURNING at, account_id, unit, owner_type, amount, balance_after
        )
        SELECT true, e.at, a.id, a.kind::text, e.unit::text, e.owner_type::text, e.amount, e.balance_after
        FROM written e JOIN credits_account a ON a.id = e.account_id ORDER BY a.id;
END $bank$
"""

PRIVATE = (
    "bank_caller_is_console(uuid)",
    "bank_find(uuid, text, text, uuid, uuid)",
    "bank_open(uuid, text, text, text, uuid, uuid, timestamptz)",
)
HASHER = "bank_request_hash(uuid, text, text, uuid, text, jsonb)"
PUBLIC = (
    "bank_open_account(uuid, text, text, uuid, timestamptz)",
    "bank_post(uuid, uuid, text, jsonb, text, uuid, text, uuid, text, text, timestamptz)",
)
EVERY = (*PRIVATE, HASHER, *PUBLIC)

FORWARD = [
    *(text.replace("CREATE FUNCTION ", "CREATE FUNCTION public.", 1) for text in (CALLER, FIND, OPEN, HASH, OPEN_ACCOUNT, POST)),
    # The new owner of a function needs CREATE on the schema at that moment, and only then.
    f"GRANT CREATE ON SCHEMA public TO {BANK}",
    *(f"ALTER FUNCTION public.{signature} OWNER TO {BANK}" for signature in EVERY),
    f"REVOKE CREATE ON SCHEMA public FROM {BANK}",
    # From here on only the functions' owner may say who executes them.
    f"SET ROLE {BANK}",
    *(f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC" for signature in EVERY),
    *(f"GRANT EXECUTE ON FUNCTION public.{signature} TO couponry_site, couponry_master" for signature in PUBLIC),
    f"GRANT EXECUTE ON FUNCTION public.{HASHER} TO couponry_master",
    "RESET ROLE",
]
BACKWARD = [f"DROP FUNCTION public.{signature}" for signature in reversed(EVERY)]


class Migration(migrations.Migration):
    dependencies = [("credits", "0002_walls")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
