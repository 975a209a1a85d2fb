"""How a number is: what Meta says of it, and what its site counts of its queue and of the codes it pays for."""

from django.db import migrations, models

from messaging.meta.choices import NumberStatus

COUNTED = "codes_lately, ceiling_told_at, waiting, waiting_since, sent_lately, failed_lately, counted_at"


class Migration(migrations.Migration):
    dependencies = [("meta", "0004_countries")]
    operations = [
        migrations.AddField("sender", "status", models.CharField(blank=True, choices=NumberStatus, max_length=20, default=""),
                            preserve_default=False),
        migrations.AddField("sender", "codes_lately", models.PositiveIntegerField(default=0)),
        migrations.AddField("sender", "ceiling_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("sender", "waiting", models.PositiveIntegerField(default=0)),
        migrations.AddField("sender", "waiting_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("sender", "sent_lately", models.PositiveIntegerField(default=0)),
        migrations.AddField("sender", "failed_lately", models.PositiveIntegerField(default=0)),
        migrations.AddField("sender", "counted_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(
            f"GRANT UPDATE ({COUNTED}) ON public.meta_sender TO couponry_site",
            f"REVOKE UPDATE ({COUNTED}) ON public.meta_sender FROM couponry_site",
        ),
    ]  # fmt: skip
