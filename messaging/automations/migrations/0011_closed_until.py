"""Up to which day festivals are over and whoever they did not reach is noted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automations", "0010_too_late")]
    operations = [migrations.AddField("automation", "closed_until", models.DateField(blank=True, null=True))]
