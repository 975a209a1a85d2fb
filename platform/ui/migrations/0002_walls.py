from django.db import migrations

from tenants.walls.ops import WallTable


class Migration(migrations.Migration):
    dependencies = [("ui", "0001_initial")]
    operations = [WallTable("SavedView")]
