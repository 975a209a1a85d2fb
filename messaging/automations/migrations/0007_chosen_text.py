"""Which of WhatsApp's texts a merchant has chosen."""

from django.db import migrations, models

from messaging.meta.choices import Purpose


class Migration(migrations.Migration):
    dependencies = [("automations", "0006_abroad_is_no_occasion")]
    operations = [
        migrations.AddField(
            model, "purpose", models.CharField(blank=True, choices=Purpose, default="", max_length=20)
        )
        for model in ("automation", "campaign")
    ]  # fmt: skip
