from django.db import migrations

from tenants.walls.ops import AppendOnly, SameMerchant, WallTable

# Not what the agent pays for it: `cost`, `agent_id`, `returned_cost`.
SHOWN = (
    "id, merchant_id, method, state, price_id, item_id, code, kind, name_en, name_ar, coupon, wa_ui, wa_bi, days,"
    " currency, retail, attempt, session_id, session_url, session_expires_at, livemode, payment_intent, ask_at, reason,"
    " proof, plan_from, plan_until, refunded, reversed_coupon, reversed_wa_ui, reversed_wa_bi, reversed_plan,"
    " reversals, disputed, needs_person, problem, created_at, created_by, created_label, paid_at, completed_at, told_at"
)


class Migration(migrations.Migration):
    dependencies = [("purchases", "0001_initial"), ("merchants", "0002_walls")]
    operations = [
        WallTable("Purchase", merchant_can=f"SELECT ({SHOWN})"),
        WallTable("Paper", merchant_can="SELECT"),
        WallTable("PlanReminder", merchant_can="SELECT"),
        WallTable("BillingProfile", merchant=""),
        SameMerchant("Paper", "purchase"),
        AppendOnly("Paper"),
    ]
