"""Everybody whom a site wrote to counts for Meta's limit on people in a day, not the business-initiated alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_walls")]
    operations = [
        migrations.RemoveIndex("message", "messaging_message_people"),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["claimed_at"], condition=models.Q(claimed_at__isnull=False), name="messaging_message_people"
            ),
        ),
    ]
