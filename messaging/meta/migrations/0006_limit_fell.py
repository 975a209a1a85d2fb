"""When Meta lowered a number's limit on people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meta", "0005_health")]
    operations = [
        migrations.AddField("sender", "limit_fell_at", models.DateTimeField(blank=True, null=True)),
    ]
