from django.db import migrations, models

import kernel.ids
from tenants.walls.ops import WallTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_walls")]
    operations = [
        migrations.AddField("user", "mirror_of", models.UUIDField(blank=True, null=True, unique=True)),
        migrations.CreateModel(
            name="UsedHandover",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("nonce", models.CharField(max_length=64, unique=True)),
                ("used_at", models.DateTimeField()),
            ],
            options={"abstract": False},
        ),
        WallTable("UsedHandover", merchant=""),
    ]
