"""A test shows the words of one kind of automation: which is kept on its message, and merchants may read it."""

from typing import Any

from django.db import migrations, models

from messaging.meta.choices import Purpose
from tenants.walls.levels import role


def let_merchants_read(_apps: Any, schema_editor: Any) -> None:
    merchant = role(schema_editor.connection.schema_name, "merchant")
    schema_editor.execute(f'GRANT SELECT (purpose) ON messaging_message TO "{merchant}"')


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_people")]
    operations = [
        migrations.AddField(
            "message", "purpose", models.CharField(blank=True, choices=Purpose, max_length=12, default=""),
            preserve_default=False,
        ),
        # The column takes its grant with it.
        migrations.RunPython(let_merchants_read, migrations.RunPython.noop),
    ]  # fmt: skip
