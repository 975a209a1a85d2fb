from django.db import migrations

from tenants.walls.ops import PublicList


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [PublicList("LibraryTemplate", readers=("site", "merchant", "visitor"))]
