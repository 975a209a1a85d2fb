"""Until when a number rests because Meta gives no answer of use."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meta", "0007_more_texts")]
    operations = [
        migrations.AddField("sender", "rests_until", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(
            "GRANT UPDATE (rests_until) ON public.meta_sender TO couponry_site",
            "REVOKE UPDATE (rests_until) ON public.meta_sender FROM couponry_site",
        ),
    ]
