"""Coupons that went out without WhatsApp are found again, and a merchant is told of them once a day at most."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_comes_again")]
    operations = [
        migrations.AddField("switches", "no_credits_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["merchant", "created_at"], condition=models.Q(state="cancelled", error="no_credits"),
                name="messaging_message_unpaid",
            ),
        ),
    ]  # fmt: skip
