"""The wheel has told what it gave: now the messages of its coupons may go."""

from django.db import migrations

from tenants.walls.ops import SiteFunction

SEEN = """
CREATE FUNCTION {schema}.wheel_seen(p_spin uuid, p_now timestamptz) RETURNS void LANGUAGE sql AS $$
    UPDATE kernel_outboxevent e SET due_at = p_now
    FROM wheel_spin p
    WHERE p.id = p_spin AND e.topic = 'coupon.taken' AND e.relayed_at IS NULL AND e.due_at > p_now
      AND e.payload ->> 'coupon_id' IN (p.coupon_id::text, p.always_coupon_id::text)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("wheel", "0003_spin"), ("merchants", "0008_wheel_waits")]
    operations = [SiteFunction("Spin", "wheel_seen(uuid, timestamptz)", SEEN, callers=("visitor",))]
