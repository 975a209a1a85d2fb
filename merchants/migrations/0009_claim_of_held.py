"""Whoever claims what a message to them holds already gets that very coupon: until then it locked its own customer
out, and nobody could use it before the message was sent, hours later at night."""

from importlib import import_module

from django.db import migrations

from tenants.walls.ops import SiteFunction

_claim = import_module("merchants.migrations.0003_claim")
_before = import_module("merchants.migrations.0008_wheel_waits")

CHANGES = (
    ("    held integer;\n", "    held integer;\n    is_held boolean;\n"),
    # A printed coupon is another one: for that the one on its way counts.
    (
        "SELECT count(*) FILTER (WHERE c.state <> 'void'), max(c.ordinal) INTO held, top_ordinal",
        """SELECT count(*) FILTER (WHERE c.state <> 'void' AND (c.state <> 'held' OR p_serial <> '')),
           coalesce(bool_or(c.state = 'held'), false), max(c.ordinal) INTO held, is_held, top_ordinal""",
    ),
    (
        "c.customer_id = customer AND c.state <> 'void'\n            ORDER BY c.serial = p_serial DESC, c.ordinal DESC",
        "c.customer_id = customer AND c.state <> 'void'\n"
        "            ORDER BY c.serial = p_serial DESC, c.state = 'taken' DESC, c.ordinal DESC",
    ),
    (
        "        -- A range of one batch in the order",
        """        IF is_held THEN BEGIN
            SELECT c.id INTO STRICT coupon FROM merchants_coupon c
            WHERE c.batch_id = b.id AND c.customer_id = customer AND c.state = 'held'
            ORDER BY c.ordinal LIMIT 1 FOR UPDATE;
        EXCEPTION WHEN no_data_found THEN
            coupon := NULL;  -- given up, and free again, in this very moment; what was looked at is let go of
        END; END IF;
        -- A range of one batch in the order""",
    ),
    ("        BEGIN\n            SELECT c.id INTO STRICT", "        IF coupon IS NULL THEN BEGIN\n            SELECT c.id INTO STRICT"),
    ("            coupon := NULL;\n        END;\n        IF coupon", "            coupon := NULL;\n        END; END IF;\n        IF coupon"),
    ("ordinal = coalesce(top_ordinal, 0) + 1,", "ordinal = coalesce(c.ordinal, top_ordinal + 1, 1),"),
)
CLAIM = _before.CLAIM
for _old, _new in CHANGES:
    assert CLAIM.count(_old) == 1, _old
    CLAIM = CLAIM.replace(_old, _new)


class Migration(migrations.Migration):
    dependencies = [("merchants", "0008_wheel_waits")]
    operations = [
        SiteFunction("Coupon", _claim.CLAIM_SIGNATURE, CLAIM, callers=("visitor", "merchant"), replace=True),
    ]
