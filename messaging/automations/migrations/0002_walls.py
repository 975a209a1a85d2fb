from django.db import migrations

from tenants.walls.ops import AppendOnly, SameMerchant, WallTable


class Migration(migrations.Migration):
    dependencies = [("automations", "0001_initial"), ("merchants", "0002_walls")]
    operations = [
        WallTable("Automation", merchant_can="SELECT, INSERT, UPDATE"),
        WallTable("Campaign", merchant_can="SELECT, INSERT, UPDATE"),
        WallTable("Occasion", merchant_can="SELECT"),
        SameMerchant("Automation", "batch"),
        SameMerchant("Campaign", "batch"),
        SameMerchant("Occasion", "automation"),
        SameMerchant("Occasion", "campaign"),
        AppendOnly("Occasion"),
    ]
