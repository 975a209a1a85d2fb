"""Holding credits for what is under way, and never spending what is held."""

from importlib import import_module

from django.db import migrations

from tenants.walls.levels import BANK
from tenants.walls.ops import PublicWall

POST: str = import_module("credits.migrations.0003_bank").POST

# A wallet is short when what it would have left is less than what it promised.
_BEFORE = (
    ("a.balance, a.last_at, l.amount\n", "a.balance, a.held, a.last_at, l.amount\n"),
    (
        "IF v_account.balance + v_account.amount < 0 AND v_short IS NULL",
        "IF v_account.amount < 0 AND v_account.balance - v_account.held + v_account.amount < 0 AND v_short IS NULL",
    ),
    ("'available', v_account.balance)::text", "'available', v_account.balance - v_account.held)::text"),
)


def _post() -> str:
    text = POST
    for old, new in _BEFORE:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


# Locks the wallet, as bank_post does. The same key again answers false and holds nothing more.
HOLD = """
CREATE FUNCTION bank_hold(p_id uuid, p_site uuid, p_merchant uuid, p_unit text, p_amount integer, p_at timestamptz)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $bank$
DECLARE
    v_account uuid;
    v_free bigint;
BEGIN
    PERFORM bank_caller_is_console(p_site);
    v_account := bank_find(p_site, 'wallet', p_unit, p_merchant, NULL);
    IF v_account IS NULL THEN
        RAISE EXCEPTION 'no wallet of % for merchant %', p_unit, p_merchant USING ERRCODE = 'CR404';
    END IF;
    SELECT balance - held INTO v_free FROM credits_account WHERE id = v_account FOR NO KEY UPDATE;
    INSERT INTO credits_hold (id, account_id, site_id, merchant_id, amount, at)
    VALUES (p_id, v_account, p_site, p_merchant, p_amount, p_at) ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        IF NOT EXISTS (SELECT FROM credits_hold WHERE id = p_id AND account_id = v_account AND amount = p_amount) THEN
            RAISE EXCEPTION 'key % holds something else', p_id USING ERRCODE = 'CR409';
        END IF;
        RETURN false;
    END IF;
    IF v_free < p_amount THEN
        RAISE EXCEPTION 'not enough' USING ERRCODE = 'CR402', DETAIL = jsonb_build_object(
            'account', v_account, 'unit', p_unit, 'needed', p_amount, 'available', v_free)::text;
    END IF;
    UPDATE credits_account SET held = held + p_amount WHERE id = v_account;
    RETURN true;
END $bank$
"""

# Wallet first, then the hold: the order of bank_hold. Without such a hold it answers false.
RELEASE = """
CREATE FUNCTION bank_release(p_id uuid, p_site uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $bank$
DECLARE
    v_account uuid;
    v_amount integer;
BEGIN
    PERFORM bank_caller_is_console(p_site);
    SELECT account_id INTO v_account FROM credits_hold WHERE id = p_id AND site_id = p_site;
    IF v_account IS NULL THEN
        RETURN false;
    END IF;
    PERFORM FROM credits_account WHERE id = v_account FOR NO KEY UPDATE;
    DELETE FROM credits_hold WHERE id = p_id RETURNING amount INTO v_amount;
    IF v_amount IS NULL THEN
        RETURN false;
    END IF;
    UPDATE credits_account SET held = held - v_amount WHERE id = v_account;
    RETURN true;
END $bank$
"""
SIGNATURES = ("bank_hold(uuid, uuid, uuid, text, integer, timestamptz)", "bank_release(uuid, uuid)")


def _replace(text: str, word: str = "CREATE") -> str:
    return text.replace("CREATE FUNCTION ", f"{word} FUNCTION public.", 1)


# Created by the bank itself, so that it owns them; it needs CREATE on the schema at that moment, and only then.
FORWARD = [
    f"GRANT CREATE ON SCHEMA public TO {BANK}",
    f"SET ROLE {BANK}",
    _replace(_post(), "CREATE OR REPLACE"),
    *(_replace(text) for text in (HOLD, RELEASE)),
    *(f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC" for signature in SIGNATURES),
    *(f"GRANT EXECUTE ON FUNCTION public.{signature} TO couponry_site" for signature in SIGNATURES),
    "RESET ROLE",
    f"REVOKE CREATE ON SCHEMA public FROM {BANK}",
]
BACKWARD = [
    f"GRANT CREATE ON SCHEMA public TO {BANK}",
    f"SET ROLE {BANK}",
    *(f"DROP FUNCTION public.{signature}" for signature in reversed(SIGNATURES)),
    _replace(POST, "CREATE OR REPLACE"),
    "RESET ROLE",
    f"REVOKE CREATE ON SCHEMA public FROM {BANK}",
]
TABLE = [
    f"CREATE POLICY wall_bank ON credits_hold TO {BANK} USING (true) WITH CHECK (true)",
    f"GRANT SELECT, INSERT, DELETE ON credits_hold TO {BANK}",
    f"GRANT UPDATE (held) ON credits_account TO {BANK}",
]
NO_TABLE = [
    f"REVOKE UPDATE (held) ON credits_account FROM {BANK}",
    f"REVOKE ALL ON credits_hold FROM {BANK}",
    "DROP POLICY wall_bank ON credits_hold",
]


class Migration(migrations.Migration):
    dependencies = [("credits", "0004_holds")]
    operations = [
        PublicWall("Hold", merchant="merchant_id", merchant_can="SELECT"),
        migrations.RunSQL(TABLE, NO_TABLE),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
