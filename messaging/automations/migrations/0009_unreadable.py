"""A number that cannot be read is left out by name, so that nobody behind it waits."""

from django.db import migrations, models

REASONS = [
    ("", ""),
    ("has_coupon", "Has a coupon of this batch"),
    ("not_wanted", "Wants no messages any more"),
    ("unreadable", "Has a number that could not be read"),
]


class Migration(migrations.Migration):
    dependencies = [("automations", "0008_reached")]
    operations = [
        migrations.AlterField(
            "occasion", "skipped", models.CharField(blank=True, choices=REASONS, default="", max_length=12)
        ),
    ]
