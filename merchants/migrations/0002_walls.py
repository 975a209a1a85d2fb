from django.db import migrations

from tenants.walls.levels import PROOF_SETTING
from tenants.walls.ops import AppendOnly, SameMerchant, WallTable

PUBLIC_MERCHANT = (
    "id", "number", "brand_name", "brand_name_ar", "slug", "category", "business_type", "country", "city", "address",
    "logo", "time_zone", "page_text_en", "page_text_ar", "review_link", "review_step", "state",
)
PROFILE = (
    "brand_name, brand_name_ar, legal_name, category, business_type, country, city, address, contact_name,"
    " contact_email, contact_phone, logo, time_zone, page_text_en, page_text_ar, review_link, review_step"
)
HELD = f"(SELECT {{column}} FROM merchants_coupon WHERE customer_id = {PROOF_SETTING})"


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_initial"), ("accounts", "0002_walls")]
    operations = [
        WallTable(
            "Merchant", merchant="id", merchant_can=f"SELECT, UPDATE ({PROFILE})",
            visitor="state IN ('active', 'expired')", visitor_columns=PUBLIC_MERCHANT,
            holder=f"id IN {HELD.format(column='merchant_id')}", holder_columns=PUBLIC_MERCHANT,
        ),
        WallTable("Branch", visitor="active", holder="true",
                  visitor_columns=("id", "merchant_id", "name", "name_ar", "address", "city", "time_zone", "active"),
                  holder_columns=("id", "merchant_id", "name", "name_ar", "address", "city", "time_zone", "active")),
        WallTable("Device"),
        # Per row and by index, not IN (SELECT …): that would gather all of a merchant's customers for every page.
        WallTable(
            "Customer",
            merchant="EXISTS (SELECT 1 FROM merchants_merchantcustomer m WHERE m.merchant_id = {merchant}"
                     " AND m.customer_id = merchants_customer.id)",
            merchant_can="SELECT",
            holder=f"id = {PROOF_SETTING}",
        ),
        WallTable("CustomerEdit", merchant=""),
        AppendOnly("CustomerEdit"),
        WallTable("CustomerDevice", merchant=""),
        WallTable("MerchantCustomer", merchant_can="SELECT, INSERT, UPDATE"),
        WallTable("CouponTemplate"),
        WallTable("Batch", merchant_can="SELECT, INSERT, UPDATE", visitor="state = 'active'",
                  holder=f"id IN {HELD.format(column='batch_id')}"),
        WallTable("BatchBranch", visitor="true", holder="true"),
        WallTable(
            "Coupon", merchant_can="SELECT, INSERT, UPDATE", holder=f"customer_id = {PROOF_SETTING}",
            holder_columns=("id", "merchant_id", "batch_id", "customer_id", "serial", "state", "source", "taken_at",
                            "use_until", "redeemed_at"),
        ),
        WallTable("Redemption", merchant_can="SELECT, INSERT, UPDATE"),
        WallTable("Scan", merchant_can="SELECT, INSERT"),
        WallTable("ApiKey"),
        WallTable("IdempotencyRecord"),
        SameMerchant("Device", "branch"),
        SameMerchant("Coupon", "batch"),
        SameMerchant("BatchBranch", "batch"),
        SameMerchant("BatchBranch", "branch"),
        SameMerchant("Redemption", "coupon"),
        SameMerchant("Redemption", "batch"),
        SameMerchant("Redemption", "branch"),
        SameMerchant("IdempotencyRecord", "api_key"),
        migrations.RunSQL(
            """
            ALTER TABLE accounts_membership ADD CONSTRAINT accounts_membership_merchant
                FOREIGN KEY (merchant_id) REFERENCES merchants_merchant (id) ON DELETE CASCADE;
            ALTER TABLE accounts_membership ADD CONSTRAINT accounts_membership_branch
                FOREIGN KEY (merchant_id, branch_id) REFERENCES merchants_branch (merchant_id, id);
            """,
            """
            ALTER TABLE accounts_membership DROP CONSTRAINT accounts_membership_branch;
            ALTER TABLE accounts_membership DROP CONSTRAINT accounts_membership_merchant;
            """,
        ),
    ]
