"""Saved keys, without asking Stripe: for tests that are not about saving them."""

from __future__ import annotations

from agents.payments.models import PaymentSettings
from agents.payments.queries.keys import SECRET, WEBHOOK_SECRET
from kernel import crypto
from tenants.walls import current_site
from tests.factories import NOW
from tests.standins import KEY

WHSEC = "whsec_canaryOfTheInbox0000000000000"


def connect(key: str = KEY, *, webhook_secret: str = WHSEC) -> PaymentSettings:
    """Keys of the schema whose wall is open. `sk_test_<account>_…` names the stand-in's account."""
    site_id = current_site().id
    return PaymentSettings.objects.create(
        secret_sealed=crypto.seal(key, site_id=site_id, field=SECRET), secret_last4=key[-4:],
        webhook_secret_sealed=crypto.seal(webhook_secret, site_id=site_id, field=WEBHOOK_SECRET) if webhook_secret else "",
        mode=key.split("_")[1], account_id="acct_test", account_name="Test", checked_at=NOW, saved_at=NOW,
    )  # fmt: skip
