from django.db import migrations

from tenants.walls.ops import WallTable


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [
        # Keys and events belong to the site's staff; merchants and visitors have no right to them at all.
        WallTable("PaymentSettings", merchant=""),
        WallTable("PaymentEvent", merchant=""),
    ]
