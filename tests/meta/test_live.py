"""Stand-in and web process together: what Meta tells arrives once, whatever is lost, doubled and turned around."""

from __future__ import annotations

import pytest

from config.embedded import wait_for
from kernel import clock
from kernel.models import OutboxEvent
from messaging import tasks
from messaging.meta.models import Arrival
from messaging.meta.services import bodies, inbox
from messaging.meta.services.client import Client
from tenants.walls import wall
from tests import cluster
from tests.live import LiveServer
from tests.meta import cast
from tests.standins import WhatsAppStandIn


@pytest.fixture
def server(race_db, database, whatsapp):
    with LiveServer(database.url()) as running:
        whatsapp.control("account", webhook=f"http://console.localhost:{running.port}/whatsapp/webhook/")
        yield running


@pytest.fixture
def patient():
    """A stand-in that tries for a minute."""
    found = WhatsAppStandIn(retries=",".join(["0.5"] * 120))
    found.connect()
    yield found
    found.stop()


def test_statuses_arrive_once_though_lost_doubled_and_turned_around(server, whatsapp):
    site = cluster.site("ada")
    cast.make_account()
    cast.make_sender(site)
    number = whatsapp.add_site(site)
    whatsapp.control("switches", duplicate=1, drop=1, reorder=20, latency=0.01)
    client = Client(whatsapp.url, "v26.0", cast.TOKEN, 5)
    sent = {
        client.send(
            number,
            bodies.template(
                f"96650000{place:04d}", f"coupon_text_s{site.number}", "en", body=list("abcd"), button="A",
                callback=f"job-{place}",
            ),
        ).wamid
        for place in range(20)
    }  # fmt: skip
    wait_for(lambda: whatsapp.counters()["webhooks"]["delivered"] == 80, seconds=60, what="80 webhooks")

    with wall(site, "site"):
        found = [item for row in Arrival.objects.all() for item in inbox.open_items(row).statuses]
        handed = OutboxEvent.objects.filter(topic=inbox.ARRIVED).count()
        kept = Arrival.objects.count()
    assert {(item.wamid, item.status) for item in found} == {(w, s) for w in sent for s in ("sent", "delivered")}
    assert {item.callback for item in found} == {f"job-{place}" for place in range(20)}
    assert handed == kept


def test_news_that_came_while_nobody_listened_comes_again(patient, race_db, database):
    site = cluster.site("ada")
    cast.make_account()
    cast.make_sender(site)
    number = patient.add_site(site)
    patient.control("account", webhook=f"http://console.localhost:{cluster.own_port()}/whatsapp/webhook/")
    patient.control("inbound", number=number, phone="966501234567", text="STOP")

    with LiveServer(database.url()) as server:
        patient.control("account", webhook=f"http://console.localhost:{server.port}/whatsapp/webhook/")
        wait_for(lambda: patient.counters()["webhooks"]["delivered"] == 1, seconds=30, what="the delivery")

    with wall(site, "site"):
        (said,) = inbox.open_items(Arrival.objects.get()).messages
    assert (said.text, said.phone) == ("STOP", "+966501234567")


def test_whoever_writes_stop_sees_that_it_was_read(server, whatsapp):
    site = cluster.site("ada")
    cast.make_account()
    cast.make_sender(site)
    number = whatsapp.add_site(site)
    for words in ("good morning", "STOP"):
        whatsapp.control("inbound", number=number, phone="966501234567", text=words)
    whatsapp.control("recipient", phone="966507654321", behaviour="", hidden=1)
    whatsapp.control("inbound", number=number, phone="966507654321", text="STOP")

    wait_for(lambda: whatsapp.counters()["webhooks"]["delivered"] == 3, seconds=30, what="the messages")
    with wall(site, "site"):
        for event in OutboxEvent.objects.filter(topic=inbox.ARRIVED):
            tasks.take_arrival(event, clock.now())
        for event in OutboxEvent.objects.filter(topic=tasks.OBEYED):
            tasks.show_read(event, clock.now())

    said = {message["body"]["text"]["body"]: message["status"] for message in whatsapp.messages("966501234567")}
    assert (said["STOP"], said["good morning"] == "read") == ("read", False)
    (unknown,) = whatsapp.messages("966507654321")
    assert unknown["status"] != "read", "we cannot know whom to stop"
