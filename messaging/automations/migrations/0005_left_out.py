"""Who was left out when a campaign began, by reason; those passed over later are counted by their occasions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automations", "0004_abroad")]
    operations = [
        migrations.AddField("campaign", "left_out", models.JSONField(blank=True, default=dict)),
        migrations.RemoveField("campaign", "skipped"),
    ]
