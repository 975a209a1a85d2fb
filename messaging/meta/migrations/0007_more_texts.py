"""More texts to choose among, with longer names."""

from django.db import migrations, models

from messaging.meta.choices import Purpose


class Migration(migrations.Migration):
    dependencies = [("meta", "0006_limit_fell")]
    operations = [
        migrations.AlterField("messagetemplate", "purpose", models.CharField(choices=Purpose, max_length=20)),
    ]
