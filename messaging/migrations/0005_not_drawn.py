"""Occasions whose message could not be drawn are looked up while others become due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_test_purpose")]
    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["occasion_id"], condition=models.Q(error="not_drawn"), name="messaging_message_not_drawn"
            ),
        ),
    ]
