"""What a message holds for this very customer is theirs to win: a claim gives them that coupon, so it bars nothing."""

from importlib import import_module

from django.db import migrations

from tenants.walls.ops import SiteFunction

_spin = import_module("storefront.wheel.migrations.0003_spin")

CHANGES = (
    (
        "c.state = 'available' AND c.lane = 'online') THEN 'sold_out'",
        """c.state = 'available' AND c.lane = 'online')
             AND NOT EXISTS (SELECT 1 FROM merchants_coupon c WHERE c.batch_id = s.batch_id
                             AND c.customer_id = p_customer AND c.state = 'held') THEN 'sold_out'""",
    ),
    (
        "c.customer_id = p_customer AND c.state <> 'void')",
        "c.customer_id = p_customer AND c.state NOT IN ('void', 'held'))",
    ),
)
OPEN = _spin.OPEN
for _old, _new in CHANGES:
    assert OPEN.count(_old) == 1, _old
    OPEN = OPEN.replace(_old, _new)


class Migration(migrations.Migration):
    dependencies = [("wheel", "0005_pacing"), ("merchants", "0009_claim_of_held")]
    operations = [
        SiteFunction("Spin", "wheel_open(uuid, uuid, timestamptz)", OPEN, callers=("merchant",), replace=True),
    ]
