from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_months")]
    operations = [
        migrations.AddIndex(
            model_name="merchantcard",
            index=models.Index(fields=["site", "country", "city"], name="tenants_card_place"),
        ),
    ]
