import django.db.models.deletion
from django.db import migrations, models

import kernel.ids
from tenants.walls.ops import PublicWall

# Foreign keys ignore row-level security: a month belongs to the site of its merchant's card.
SAME_SITE = """
ALTER TABLE tenants_merchantcard ADD CONSTRAINT tenants_merchantcard_site_id UNIQUE (site_id, id);
ALTER TABLE tenants_merchantmonth ADD CONSTRAINT tenants_merchantmonth_same_site FOREIGN KEY (site_id, merchant_id)
    REFERENCES tenants_merchantcard (site_id, id) ON DELETE CASCADE;
"""
ANY_SITE = """
ALTER TABLE tenants_merchantmonth DROP CONSTRAINT tenants_merchantmonth_same_site;
ALTER TABLE tenants_merchantcard DROP CONSTRAINT tenants_merchantcard_site_id;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_relay_clears")]
    operations = [
        migrations.CreateModel(
            name="MerchantMonth",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("ui_arrived", models.PositiveIntegerField(default=0)),
                ("ui_failed", models.PositiveIntegerField(default=0)),
                ("ui_credits", models.BigIntegerField(default=0)),
                ("bi_arrived", models.PositiveIntegerField(default=0)),
                ("bi_failed", models.PositiveIntegerField(default=0)),
                ("bi_credits", models.BigIntegerField(default=0)),
                ("coupons_made", models.BigIntegerField(default=0)),
                ("coupons_taken", models.PositiveIntegerField(default=0)),
                ("coupons_redeemed", models.PositiveIntegerField(default=0)),
                ("coupons_refunded", models.PositiveIntegerField(default=0)),
                ("counted_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="months",
                        to="tenants.merchantcard",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.site",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["month", "id"], name="tenants_merchantmonth_newest"),
                    models.Index(fields=["site", "month"], name="tenants_merchantmonth_site"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "month"), name="tenants_merchantmonth_once"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="tenants_merchantmonth_first_day"
                    ),
                ],
            },
        ),
        # The site's job writes; the console reads; a merchant has its own statements, and nothing here.
        PublicWall("MerchantMonth", merchant="merchant_id", site_can="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(SAME_SITE, ANY_SITE),
    ]
