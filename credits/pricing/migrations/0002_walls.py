from django.db import migrations

from tenants.walls.levels import SITE_OF_ROLE
from tenants.walls.ops import AppendOnly, PublicList, PublicWall

# A line without a site is everybody's; an agent's own is seen on its site alone. Never OR: one comparison.
HERE = f"coalesce(site_id, {SITE_OF_ROLE})"
RETAIL = "id, item_id, currency, country, agent_id, site_id, retail, withdrawn, valid_from"
# The agent's money is the site's; who of the platform wrote the line is the platform's.
TERMS = f"{RETAIL}, cost, profit_kind, profit_value, created_at"


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial")]
    operations = [
        PublicList("PriceItem", readers=("site", "merchant", "visitor")),
        PublicWall(
            "Price",
            site=HERE,
            site_can=f"SELECT ({TERMS})",
            merchant_can=f"SELECT ({RETAIL})",
            visitor_can=f"SELECT ({RETAIL})",
            master_can="SELECT, INSERT",
        ),
        AppendOnly("Price"),
    ]
