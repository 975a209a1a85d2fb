from django.db import migrations

from tenants.walls.ops import PublicWall


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial"), ("tenants", "0002_walls")]
    # The note is the platform's own: staff of the site read everything else about their company.
    operations = [
        PublicWall(
            "Agent",
            site_can="SELECT (id, number, site_id, company, contact_name, contact_email, contact_phone, address,"
            " created_at)",
            master_can="SELECT, INSERT, UPDATE",
        )
    ]
