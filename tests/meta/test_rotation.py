"""WhatsApp's secrets and news move under a new key with everything else."""

from __future__ import annotations

import io

from django.core.management import call_command

from kernel import crypto
from messaging.meta.models import Arrival
from messaging.meta.services import account, inbox
from tenants.walls import wall
from tests.factories import NOW
from tests.meta import cast
from tests.payments.test_rotation import NEW, OLD


def test_account_and_news_open_with_the_new_key_alone(ada_site, master_site, settings):
    cast.make_account()
    for site in (ada_site, master_site):
        with wall(site, "master" if site.type == "master" else "site"):
            Arrival.objects.create(
                site_id=site.id, digest=b"0" * 32, received_at=NOW,
                payload_sealed=crypto.seal("[]", site_id=site.id, field=inbox.PAYLOAD),
            )  # fmt: skip

    settings.FIELD_KEYS = f"{NEW},{OLD}"
    out = io.StringIO()
    call_command("rotate_field_keys", stdout=out)
    settings.FIELD_KEYS = NEW

    assert "5 values are under the new key now." in out.getvalue()
    found = account.opened()
    assert (found.token, found.app_secret, found.verify_token) == (cast.TOKEN, cast.APP_SECRET, cast.VERIFY)
    for site in (ada_site, master_site):
        with wall(site, "master" if site.type == "master" else "site"):
            assert inbox.open_parts(Arrival.objects.get()) == []
