"""When a campaign has written to everybody: who comes into its segment later is too late."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automations", "0007_chosen_text")]
    operations = [migrations.AddField("campaign", "reached_at", models.DateTimeField(blank=True, null=True))]
