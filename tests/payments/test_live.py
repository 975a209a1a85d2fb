"""The whole way over real HTTP: the stand-in's courier, a web process, the inbox, a worker's turn."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
import stripe as sdk
from django.conf import settings as django_settings

from agents.payments import settling
from agents.payments.models import PaymentEvent
from agents.payments.services import connection, gateway
from agents.payments.tasks import handle_event
from config.embedded import wait_for
from kernel.models import OutboxEvent
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import NOW
from tests.live import LiveServer, Visitor
from tests.payments.cast import WHSEC, connect
from tests.payments.test_webhook import body

LINE = gateway.Line("Credits", 1, 10_00)


@pytest.fixture
def server(race_db, database):
    with LiveServer(database.url()) as running:
        before, django_settings.PUBLIC_PORT = django_settings.PUBLIC_PORT, running.port
        yield running
        django_settings.PUBLIC_PORT = before


def events():
    with wall(cluster.site("ada"), "site"):
        return list(PaymentEvent.objects.order_by("received_at"))


def settled_once(monkeypatch):
    """Stands for whoever sells: does its work once for each reference, as the contract asks."""
    done, calls = {}, []

    def settle(*, reference, session, actor, now):
        calls.append(reference)
        if session.is_paid:
            done[reference] = session.amount

    monkeypatch.setitem(settling._registered, "purchase", settling.Registered(settle, lambda **_: None))
    return done, calls


def test_payments_arrive_whatever_is_lost_doubled_and_turned_around(server, stripe, monkeypatch):
    done, calls = settled_once(monkeypatch)
    site = cluster.site("ada")
    with wall(site, "site"):
        owner = factories.staff_actor(factories.make_staff())
        connection.save(secret_key="sk_test_ada_1234", actor=owner, now=NOW)
        started = [
            gateway.checkout(
                reference=uuid.uuid4(), kind="purchase", amount=10_00, currency="SAR", lines=[LINE],
                success_url="http://ada.localhost/", cancel_url="http://ada.localhost/",
            )
            for _ in range(6)
        ]  # fmt: skip
    stripe.control("webhooks", account="ada", duplicate=1, reorder=6, drop=1)
    for number, session in enumerate(started):
        stripe.pay(session.id) if number % 3 else stripe.control("expire", session=session.id)
    stripe.control("webhooks", account="ada", reorder=0)

    wait_for(lambda: all(d["state"] == "delivered" for d in stripe.account()["deliveries"]), seconds=60, what="delivery")
    with wall(site, "site"):
        handed = list(OutboxEvent.objects.filter(topic="payments.event"))
        for news in [*handed, *reversed(handed)]:
            handle_event(news, NOW)

    kept = events()
    assert len(stripe.account()["deliveries"]) == 12
    assert (len(kept), len(handed)) == (6, 6)
    assert {event.state for event in kept} == {"done"}
    assert sorted(done.values()) == [10_00] * 4
    assert len(calls) == 6


def test_one_event_from_many_sides_at_once_is_kept_once(server):
    with wall(cluster.site("ada"), "site"):
        connect()
    text = body()
    header = sdk.WebhookSignature.generate_signature_header(text, WHSEC, int(time.time()))
    answers, gate = [], threading.Barrier(8)

    def send():
        visitor = Visitor(server.port, "ada.localhost")
        gate.wait()
        visitor.connection.request(
            "POST", "/payments/webhook/", text,
            {"Host": visitor.host, "Content-Type": "application/json", "Stripe-Signature": header},
        )  # fmt: skip
        answers.append(visitor.connection.getresponse().status)
        visitor.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with wall(cluster.site("ada"), "site"):
        handed = OutboxEvent.objects.filter(topic="payments.event").count()
    assert (answers, len(events()), handed) == ([200] * 8, 1, 1)
