"""The message of a prize waits until the wheel has told it, or for ten minutes: review and wheel take as long as they
like, and nobody should hear from the phone what the wheel is about to say."""

from importlib import import_module

from django.db import migrations

from tenants.walls.ops import SiteFunction

_claim = import_module("merchants.migrations.0003_claim")
_wheel = import_module("merchants.migrations.0006_wheel_source")

assert _wheel.CLAIM.count("interval '15 seconds'") == 1
CLAIM = _wheel.CLAIM.replace("interval '15 seconds'", "interval '10 minutes'")


class Migration(migrations.Migration):
    dependencies = [("merchants", "0007_customer_tags")]
    operations = [
        SiteFunction("Coupon", _claim.CLAIM_SIGNATURE, CLAIM, callers=("visitor", "merchant"), replace=True),
    ]
