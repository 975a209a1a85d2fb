"""The country of the number beside the consent, and what finds those that are not known yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_walls")]
    operations = [
        migrations.AddField("optin", "country", models.CharField(blank=True, max_length=2, null=True)),
        migrations.AddIndex(
            "optin",
            models.Index(
                fields=["merchant"], condition=models.Q(country__isnull=True, state="given"),
                name="consent_optin_country_unknown",
            ),
        ),
    ]  # fmt: skip
