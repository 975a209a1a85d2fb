"""Occasions of messages that were never posted come again, as those do whose picture could not be drawn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_unknown")]
    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["occasion_id"], condition=models.Q(error__in=("not_drawn", "never_posted", "called_off")),
                name="messaging_message_unheard",
            ),
        ),
        migrations.RemoveIndex("message", "messaging_message_not_drawn"),
    ]  # fmt: skip
