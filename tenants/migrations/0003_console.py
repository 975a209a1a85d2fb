import django.db.models.deletion
from django.db import migrations, models

import kernel.ids
from tenants.walls.ops import PublicWall


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_walls")]
    operations = [
        migrations.CreateModel(
            name="MerchantCard",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merchant_cards", to="tenants.site"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("plan", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=16)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("city", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-created_at"], name="tenants_card_newest"),
                    models.Index(fields=["state", "-created_at"], name="tenants_card_state"),
                ],
                "constraints": [models.UniqueConstraint(fields=("site", "number"), name="tenants_merchantcard_number")],
            },
        ),
        # The site keeps its cards; a merchant that edits its profile brings its own card along.
        PublicWall(
            "MerchantCard",
            merchant="id",
            site_can="SELECT, INSERT, UPDATE",
            merchant_can="SELECT, UPDATE (name, country, city, updated_at)",
        ),
        # The console orders a site by writing its row; the provision process makes it real.
        migrations.RunSQL(
            "GRANT INSERT ON tenants_site TO couponry_master", "REVOKE INSERT ON tenants_site FROM couponry_master"
        ),
    ]
