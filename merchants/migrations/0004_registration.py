from django.db import migrations, models

import kernel.ids
from tenants.walls.ops import WallTable


class Migration(migrations.Migration):
    dependencies = [("merchants", "0003_claim")]
    operations = [
        migrations.CreateModel(
            name="Registration",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("details", models.TextField()),
                ("language", models.CharField(max_length=5)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="merchants_registration_ends")],
            },
        ),
        # Nobody's but the door's.
        WallTable("Registration", merchant=""),
    ]
