"""Whose outcome is unknown is counted on every page of figures, and people are told of it once, a day at most."""

from typing import Any

from django.db import migrations, models

from tenants.walls.levels import role


def let_merchants_read(_apps: Any, schema_editor: Any) -> None:
    merchant = role(schema_editor.connection.schema_name, "merchant")
    schema_editor.execute(f'GRANT SELECT (told_at) ON messaging_message TO "{merchant}"')


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_not_drawn")]
    operations = [
        migrations.AddField("message", "told_at", models.DateTimeField(blank=True, null=True)),
        # The column takes its grant with it.
        migrations.RunPython(let_merchants_read, migrations.RunPython.noop),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["merchant", "claimed_at"], condition=models.Q(state="unknown"), name="messaging_message_unknown"
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(fields=["told_at"], condition=models.Q(told_at__isnull=False), name="messaging_message_told"),
        ),
    ]
