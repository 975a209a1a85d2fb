from django.db import migrations

from tenants.walls.ops import AppendOnly, SameMerchant, WallTable


class Migration(migrations.Migration):
    """Visitors read none of these tables: what a page shows them comes from the functions of the next migration."""

    dependencies = [("wheel", "0001_initial"), ("merchants", "0002_walls")]
    operations = [
        WallTable("Wheel", merchant_can="SELECT, INSERT, UPDATE (is_on, switched_at)"),
        WallTable("WheelVersion", merchant_can="SELECT, INSERT"),
        WallTable("Segment", merchant_can="SELECT, INSERT"),
        WallTable("Spin", merchant_can="SELECT"),
        SameMerchant("WheelVersion", "wheel"),
        SameMerchant("WheelVersion", "always_batch"),
        SameMerchant("Segment", "version"),
        SameMerchant("Segment", "batch"),
        SameMerchant("Spin", "version"),
        SameMerchant("Spin", "segment"),
        SameMerchant("Spin", "batch"),
        SameMerchant("Spin", "coupon"),
        SameMerchant("Spin", "always_coupon"),
        AppendOnly("WheelVersion"),
        AppendOnly("Segment"),
        AppendOnly("Spin"),
    ]
