"""A coupon may come from the lucky draw: the wheel asks for no channel, and its message waits for it to turn."""

from importlib import import_module

from django.db import migrations, models

from tenants.walls.ops import SiteFunction

_claim = import_module("merchants.migrations.0003_claim")

# Everybody else's message goes out at once; a winner is not told before the wheel has stopped.
AT_ONCE = "'source', p_source), p_now, p_now,"
WHEN_SEEN = """'source', p_source), p_now,
            p_now + CASE WHEN p_source = 'wheel' THEN interval '15 seconds' ELSE interval '0' END,"""
assert _claim.CLAIM.count(AT_ONCE) == 1
CLAIM = _claim.CLAIM.replace(AT_ONCE, WHEN_SEEN)


class Migration(migrations.Migration):
    dependencies = [("merchants", "0005_message_source")]
    operations = [
        migrations.AlterField(
            model_name="coupon",
            name="source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("centre", "Coupon centre"), ("in_store", "In store"), ("printed", "Printed coupon"),
                    ("counter", "Counter"), ("api", "API"), ("message", "WhatsApp message"), ("wheel", "Lucky draw"),
                ],
                max_length=8,
            ),
        ),
        SiteFunction("Coupon", _claim.CLAIM_SIGNATURE, CLAIM, callers=("visitor", "merchant"), replace=True),
    ]
