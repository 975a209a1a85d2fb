from django.db import migrations

from tenants.walls.ops import AppendOnly, WallTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        # A merchant sees the names of its own people; passwords and roles only the door and staff of the site.
        WallTable(
            "User",
            merchant="id IN (SELECT user_id FROM accounts_membership WHERE merchant_id = {merchant})",
            merchant_can="SELECT (id, name, email, is_active, last_login, created_at)",
        ),
        WallTable("Membership", merchant_can="SELECT"),
        WallTable("Invitation", merchant_can="SELECT"),
        WallTable("AuditEvent", merchant_can="SELECT, INSERT"),
        AppendOnly("AuditEvent"),
    ]
