from django.db import migrations

from tenants.walls.ops import PublicWall

# The agent's staff order and record; only the platform says that the money came.
OPENED = (
    "id, site_id, agent_id, method, state, amount, currency, reference, proof, session_id, session_url,"
    " session_expires_at, livemode, payment_intent, needs_person, problem, created_at, created_by, created_label,"
    " by_console, confirmed_by, confirmed_label, completed_at, reason"
)
CHECKOUT = "session_id, session_url, session_expires_at, livemode"


class Migration(migrations.Migration):
    dependencies = [("agents", "0003_wallet")]
    operations = [
        PublicWall(
            "TopUp", site_can=f"SELECT, INSERT ({OPENED}), UPDATE ({CHECKOUT})", master_can="SELECT, INSERT, UPDATE"
        ),
        PublicWall("WalletSettings", site_can="SELECT, INSERT, UPDATE", master_can="SELECT"),
        # A site could otherwise write a top-up as if it were confirmed.
        migrations.RunSQL(
            """
            ALTER POLICY wall_site ON agents_topup WITH CHECK (
                site_id = substr(current_user::text, 2, 32)::uuid AND completed_at IS NULL AND NOT by_console
                AND state IN ('pending_payment', 'pending_confirmation'))
            """,
            migrations.RunSQL.noop,
        ),
    ]
