"""One reason more to write to nobody: the country of the number."""

from django.db import migrations, models

REASONS = [
    ("", ""),
    ("has_coupon", "Has a coupon of this batch"),
    ("not_wanted", "Wants no messages any more"),
    ("abroad", "Has a number of a country that WhatsApp is not sent to"),
]


class Migration(migrations.Migration):
    dependencies = [("automations", "0003_not_drawn")]
    operations = [
        migrations.AlterField(
            "occasion", "skipped", models.CharField(blank=True, choices=REASONS, default="", max_length=12)
        ),
    ]
