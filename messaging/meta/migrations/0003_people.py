"""To how many people a number wrote within a day: Meta's limit is one for all numbers of the account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meta", "0002_walls")]
    operations = [
        migrations.AddField("sender", "people_lately", models.PositiveIntegerField(default=0)),
        migrations.AddField("sender", "people_counted_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(
            "GRANT UPDATE (people_lately, people_counted_at) ON public.meta_sender TO couponry_site",
            "REVOKE UPDATE (people_lately, people_counted_at) ON public.meta_sender FROM couponry_site",
        ),
    ]
