"""What was called off before it was sent leaves its occasion free, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_comes_again")]
    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["occasion_id"], condition=models.Q(error__in=("not_drawn", "never_posted", "called_off")),
                name="messaging_message_unheard",
            ),
        ),
        migrations.RemoveIndex("message", "messaging_message_comes_again"),
    ]  # fmt: skip
