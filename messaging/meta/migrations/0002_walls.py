from django.db import migrations

from tenants.walls.levels import OWN_MASTER
from tenants.walls.ops import PublicWall

WRITES = "SELECT, INSERT, UPDATE, DELETE"
# What a site learns while it sends: that its number or a text has to rest, and how Meta rates them.
SENDER_STATE = (
    "state, pause_reason, paused_until, quality, messages_per_second, users_per_day, display_phone, display_name,"
    " checked_at"
)
TEMPLATE_STATE = "status, reason, changed_at"


class Migration(migrations.Migration):
    dependencies = [("meta", "0001_initial"), ("tenants", "0002_walls")]
    operations = [
        # The token is the platform's alone.
        PublicWall("MetaAccount", site="id", site_can="", master_can=WRITES),
        PublicWall("Sender", site_can=f"SELECT, UPDATE ({SENDER_STATE})", master_can=WRITES),
        PublicWall("MessageTemplate", site_can=f"SELECT, UPDATE ({TEMPLATE_STATE})", master_can=WRITES),
        # Customers' phones and words: each site's own. The console has only what concerns its account.
        PublicWall("Arrival", site_can=WRITES, master_can=WRITES, master=OWN_MASTER),
    ]
