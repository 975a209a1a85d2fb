"""Secrets stay secret (keys that sing): after a key was saved, used, refused and failed with, nothing holds it in the clear."""

from __future__ import annotations

import io
import json
import logging

import pytest
from psycopg import sql

from accounts.actors import Actor
from agents.payments.errors import GatewayUnavailable
from agents.payments.models import PaymentSettings
from agents.payments.services import connection as keys_page
from kernel.models import OutboxEvent
from tenants.walls import relay, wall
from tests.factories import NOW
from tests.purchases.cast import open_market
from tests.standins import stripe, stripe_process

__all__ = ["stripe", "stripe_process"]
CANARIES = ("sk_test_ada_canaryInTheMine42", "whsec_canaryInTheMine43", "+966512340042")
TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def dump(superuser) -> str:
    """Every row of every table of every schema, as text."""
    out = io.BytesIO()
    for schema, table in superuser.execute(TABLES).fetchall():
        with superuser.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))) as copy:
            for piece in copy:
                out.write(bytes(piece))
    return out.getvalue().decode()


def singing(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


@pytest.fixture
def written(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def test_no_secret_stands_in_the_clear_anywhere(race_db, superuser, stripe, written, settings, client):
    from merchants.services import claims
    from tests import factories

    market = open_market()
    manager = Actor("staff", "Ada", None, "site", frozenset({"super_admin"}))
    with market.desk():
        PaymentSettings.objects.all().delete()
        saved = keys_page.save(secret_key=CANARIES[0], webhook_secret=CANARIES[1], actor=manager, now=NOW)
    purchase = market.order("fee")
    market.checkout(purchase)
    (session,) = stripe.account("ada")["sessions"]
    stripe.pay(session["id"])
    settings.STRIPE_RETRIES = 0
    stripe.control("fault", account="ada", status=500, times=-1)
    with pytest.raises(GatewayUnavailable) as unavailable:
        market.checkout(market.order("fee"))
    with wall(market.site, "site"):
        batch = factories.make_batch(factories.make_merchant(), 1)
    with wall(market.site, "visitor"):
        claims.claim(phone=CANARIES[2], source="centre", now=NOW, batch_id=batch.id, name="Bird",
                     birthday=factories.NOW.date().replace(year=1990))  # fmt: skip
    with relay():
        queued = json.dumps([event.payload for event in OutboxEvent.objects.all()], default=str)
    error = client.get("/nothing-here", headers={"host": "ada.localhost"}).content.decode()

    everything = dump(superuser)
    assert str(purchase.id) in everything, "the dump holds what the test wrote"
    assert saved.secret_sealed in everything
    places = {
        "database": everything, "logs": written.text, "exception": repr(unavailable.value) + str(unavailable.value),
        "settings row": f"{saved!r} {vars(saved)}", "queue": queued, "error page": error,
    }  # fmt: skip
    assert {place: found for place, text in places.items() if (found := singing(text))} == {}
