"""To which countries a number sends: written by the console alone. Numbers that are there get their site's own and those
around it."""

from typing import Any

import django.contrib.postgres.fields
from django.db import migrations, models

from messaging.meta.countries import near


def fill(apps: Any, _schema_editor: Any) -> None:
    countries = dict(apps.get_model("tenants", "Site").objects.values_list("id", "country"))
    for sender in apps.get_model("meta", "Sender").objects.all():
        if sender.site_id in countries:
            sender.countries = near(countries[sender.site_id])
            sender.save(update_fields=["countries"])


class Migration(migrations.Migration):
    dependencies = [("meta", "0003_people"), ("tenants", "0002_walls")]
    operations = [
        migrations.AddField(
            "sender", "countries",
            django.contrib.postgres.fields.ArrayField(models.CharField(max_length=2), blank=True, default=list, size=None),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]  # fmt: skip
