"""Whom the site's number does not reach is left out before an occasion is opened, so that is no reason any more."""

from django.db import migrations, models

REASONS = [
    ("", ""),
    ("has_coupon", "Has a coupon of this batch"),
    ("not_wanted", "Wants no messages any more"),
]


class Migration(migrations.Migration):
    dependencies = [("automations", "0005_left_out")]
    operations = [
        migrations.AlterField(
            "occasion", "skipped", models.CharField(blank=True, choices=REASONS, default="", max_length=12)
        ),
    ]
