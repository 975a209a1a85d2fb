"""The walls of the register, and the one function by which a visitor's tick gets into it."""

from django.db import migrations

from tenants.walls.levels import PROOF_SETTING
from tenants.walls.ops import AppendOnly, SiteFunction, WallTable

OWN_CUSTOMER = (
    "EXISTS (SELECT 1 FROM merchants_customer c JOIN merchants_merchantcustomer m ON m.customer_id = c.id"
    " WHERE c.phone_index = consent_suppression.phone_index AND m.merchant_id = {merchant})"
)
OWN_NUMBER = (
    f"EXISTS (SELECT 1 FROM merchants_customer c WHERE c.id = {PROOF_SETTING}"
    " AND c.phone_index = consent_suppression.phone_index)"
)
SIGNATURE = "consent_at_claim(uuid, text, text, text, text, text, timestamptz)"
# Whose tick counts: see the docstring of messaging.consent. A claim writes its own moment into the coupon it gives and
# into a record it makes, so the two moments tell that the coupon was given just now, and that the record is new.
AT_CLAIM = """
CREATE FUNCTION {schema}.consent_at_claim(
    p_coupon uuid, p_device text, p_version text, p_wording text, p_language text, p_source text, p_now timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    whose uuid;
    seller uuid;
BEGIN
    SELECT c.customer_id, c.merchant_id INTO whose, seller
    FROM merchants_coupon c JOIN merchants_customer p ON p.id = c.customer_id
    WHERE c.id = p_coupon AND c.state = 'taken' AND c.taken_at = p_now AND (
        p.created_at = p_now
        OR EXISTS (SELECT 1 FROM merchants_customerdevice d
                   WHERE d.token_hash = p_device AND d.customer_id = p.id AND p_device <> ''));
    IF whose IS NULL THEN RETURN false; END IF;
    INSERT INTO consent_optin (id, merchant_id, customer_id, state, text_version, language, source, at)
    VALUES (uuidv7(), seller, whose, 'given', p_version, p_language, p_source, p_now)
    ON CONFLICT (merchant_id, customer_id) DO UPDATE
        SET state = 'given', text_version = p_version, language = p_language, source = p_source, at = p_now;
    INSERT INTO consent_optinevent (id, merchant_id, customer_id, state, text_version, language, wording, source, at,
                                    actor_label, reason)
    VALUES (uuidv7(), seller, whose, 'given', p_version, p_language, p_wording, p_source, p_now, '', '');
    RETURN true;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial"), ("merchants", "0003_claim")]
    operations = [
        WallTable(
            "OptIn",
            merchant_can="SELECT",
            holder=f"customer_id = {PROOF_SETTING}",
            holder_columns=("id", "merchant_id", "customer_id", "state", "at"),
        ),
        WallTable("OptInEvent", merchant_can="SELECT"),
        WallTable(
            "Suppression",
            merchant=OWN_CUSTOMER,
            merchant_can="SELECT",
            holder=OWN_NUMBER,
            holder_columns=("id", "phone_index", "source", "since", "resumed_at"),
        ),
        AppendOnly("OptInEvent"),
        SiteFunction("OptIn", SIGNATURE, AT_CLAIM, callers=("visitor",)),
    ]
