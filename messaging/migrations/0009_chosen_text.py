"""A message may have a chosen text and name a festival; merchants may read which."""

from typing import Any

from django.db import migrations, models

from messaging.meta.choices import Purpose
from tenants.walls.levels import role


def let_merchants_read(_apps: Any, schema_editor: Any) -> None:
    merchant = role(schema_editor.connection.schema_name, "merchant")
    schema_editor.execute(f'GRANT SELECT (festival) ON messaging_message TO "{merchant}"')


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_unpaid")]
    operations = [
        migrations.AlterField("message", "purpose", models.CharField(blank=True, choices=Purpose, max_length=20)),
        migrations.AddField(
            "message", "festival", models.CharField(blank=True, max_length=30, default=""), preserve_default=False
        ),
        migrations.RunPython(let_merchants_read, migrations.RunPython.noop),
    ]
