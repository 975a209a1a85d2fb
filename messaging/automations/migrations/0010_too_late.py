"""Who is not reached before the day of the occasion is over is left out by name."""

from django.db import migrations, models

REASONS = [
    ("", ""),
    ("has_coupon", "Has a coupon of this batch"),
    ("not_wanted", "Wants no messages any more"),
    ("unreadable", "Has a number that could not be read"),
    ("too_late", "Not reached in time"),
]


class Migration(migrations.Migration):
    dependencies = [("automations", "0009_unreadable")]
    operations = [
        migrations.AlterField(
            "occasion", "skipped", models.CharField(blank=True, choices=REASONS, default="", max_length=12)
        ),
    ]
