"""When the queue is looked at next is asked after every run, however many messages wait for the morning."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0010_windows_of_numbers")]
    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="messaging_message_next"),
        ),
    ]
