from django.db import migrations

from tenants.walls.ops import SameMerchant, WallTable

# What became of a message. Not the number it goes to, nor a code in it.
SHOWN = (
    "id, merchant_id, payer, customer_id, coupon_id, batch_id, trigger, type, state, charge, language, key, automation_id,"
    " occasion_id, label, created_at, due_at, expires_at, quiet_zone, quiet_from, quiet_to, claimed_at, attempts, turn,"
    " refused_turn, put_off, plain, form, wamid, accepted_at, sent_at, delivered_at, read_at, failed_at, error_code, error, category, pricing, billable, history"
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("merchants", "0002_walls")]
    operations = [
        WallTable("Message", merchant_can=f"SELECT ({SHOWN})"),
        WallTable("Switches", merchant_can="SELECT, INSERT, UPDATE"),
        WallTable("Contact", merchant=""),
        WallTable("Pace", merchant=""),
        SameMerchant("Message", "coupon"),
        SameMerchant("Message", "batch"),
    ]
