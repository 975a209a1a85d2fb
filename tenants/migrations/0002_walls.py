from django.db import migrations

from tenants.walls.levels import OWN_MASTER
from tenants.walls.ops import PublicList, PublicWall

BRAND = (
    "name, legal_name, tagline_en, tagline_ar, logo, favicon, primary_colour, accent_colour, language, support_email,"
    " support_phone, address, sender_name, terms_en, terms_ar, privacy_en, privacy_ar, hidden_entries, brand_version"
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial"), ("kernel", "0001_initial")]
    operations = [
        # Reading sites and domains is the registry's; staff of a site may change what shows, never what it is.
        PublicWall(
            "Site",
            site="id",
            site_can=f"SELECT, UPDATE ({BRAND})",
            master_can="SELECT, UPDATE",
            registry_can="SELECT",
            relay_can="SELECT",
        ),
        PublicWall(
            "Domain",
            site="tenant_id",
            site_can="SELECT, INSERT, UPDATE",
            master_can="SELECT, INSERT, UPDATE",
            registry_can="SELECT",
        ),
        PublicList("ListEntry"),
        PublicWall(
            "kernel.OutboxEvent",
            site_can="SELECT, INSERT, UPDATE",
            merchant_can="INSERT",
            master_can="SELECT, INSERT, UPDATE",
            master=OWN_MASTER,
            relay_can="SELECT, UPDATE",
        ),
        PublicWall(
            "kernel.Job",
            merchant="merchant_id",
            site_can="SELECT, INSERT, UPDATE",
            merchant_can="SELECT, INSERT, UPDATE",
            master_can="SELECT, INSERT, UPDATE",
            master=OWN_MASTER,
        ),
    ]
