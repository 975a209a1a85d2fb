from django.db import migrations

from tenants.walls.ops import WallTable


class Migration(migrations.Migration):
    dependencies = [("codes", "0001_initial"), ("merchants", "0002_walls")]
    operations = [WallTable("PhoneCode", merchant="")]
