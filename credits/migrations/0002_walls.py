from django.db import migrations

from tenants.walls.levels import BANK
from tenants.walls.ops import AppendOnly, PublicWall

# Everything a page needs, and not the hash of the request: from it a merchant could guess what its agent was charged.
SHOWN = (
    "id, site_id, merchant_id, kind, related_type, related_id, reason, actor_id, actor_kind, actor_label, at"
)
TABLES = ("credits_account", "credits_transfer", "credits_entry")

# Nobody but the posting function writes, and it can neither change nor remove what it wrote.
GRANT = [
    *(f"CREATE POLICY wall_bank ON {table} TO {BANK} USING (true) WITH CHECK (true)" for table in TABLES),
    *(f"GRANT SELECT, INSERT ON {table} TO {BANK}" for table in TABLES),
    f"GRANT UPDATE (balance, version, last_at) ON credits_account TO {BANK}",
]
REVOKE = [
    *(f"REVOKE ALL ON {table} FROM {BANK}" for table in TABLES),
    *(f"DROP POLICY wall_bank ON {table}" for table in TABLES),
]


class Migration(migrations.Migration):
    dependencies = [("credits", "0001_initial")]
    operations = [
        # The agent's wallet has no merchant: no merchant sees it.
        PublicWall("Account", merchant="merchant_id", merchant_can="SELECT"),
        PublicWall("Transfer", merchant="merchant_id", merchant_can=f"SELECT ({SHOWN})"),
        PublicWall("Entry", merchant="merchant_id", merchant_can="SELECT"),
        migrations.RunSQL(GRANT, REVOKE),
        AppendOnly("Transfer"),
        AppendOnly("Entry"),
    ]
