"""One reason more to pause: the coupon's picture."""

from django.db import migrations, models

REASONS = [
    ("", ""),
    ("no_credits", "No WhatsApp BI credits left"),
    ("no_coupons", "No coupons left in its batch"),
    ("template", "Its message text is not approved by WhatsApp"),
    ("not_drawn", "The picture of its coupon could not be made, or WhatsApp refused it"),
    ("by_hand", "Paused by hand"),
]


class Migration(migrations.Migration):
    dependencies = [("automations", "0002_walls")]
    operations = [
        migrations.AlterField(
            model, name, models.CharField(blank=True, choices=REASONS, default="", max_length=10)
        )
        for model in ("automation", "campaign")
        for name in ("pause_reason", "told_reason")
    ]  # fmt: skip
