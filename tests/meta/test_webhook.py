"""Which bodies are believed to be Meta's, whose they are, and that news is kept once."""

from __future__ import annotations

import hashlib
import hmac
import json
import random

import pytest
from django.db import OperationalError

from kernel import crypto
from kernel.models import OutboxEvent
from messaging import tasks
from messaging.consent.queries import register
from messaging.meta.models import Arrival
from messaging.meta.services import inbox
from messaging.meta.web import webhook
from tenants.walls import wall
from tests.factories import NOW
from tests.meta import cast

ADDRESS = "/whatsapp/webhook/"


@pytest.fixture
def connected(ada_site, bob_site, master_site):
    cast.make_account()
    cast.make_sender(ada_site)
    cast.make_sender(bob_site)
    return ada_site


def status(place=0, **changed):
    return {
        "id": f"wamid.{place}", "status": "delivered", "timestamp": str(1_770_000_000 + place),
        "recipient_id": "966501234567", "recipient_user_id": "SA.X", "biz_opaque_callback_data": f"job-{place}",
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular"}, **changed,
    }  # fmt: skip


def change(site, *statuses, **value):
    about = {"display_phone_number": "1", "phone_number_id": cast.number_id(site)}
    contact = {"profile": {"name": "مرحبا"}, "wa_id": "966501234567", "user_id": "SA.X"}
    told = {"messaging_product": "whatsapp", "metadata": about, "contacts": [contact], **value}
    return {"field": "messages", "value": {**told, **({"statuses": list(statuses)} if statuses else {})}}


def body(*changes, waba=cast.WABA, ascii_only=True):
    said = {"object": "whatsapp_business_account", "entry": [{"id": waba, "time": 1, "changes": list(changes)}]}
    return json.dumps(said, ensure_ascii=ascii_only).encode()


def signed(text, secret=cast.APP_SECRET):
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def post(client, text, header=None):
    header = signed(text) if header is None else header
    return client.post(ADDRESS, text, content_type="application/json", headers={"X-Hub-Signature-256": header})


def kept(site):
    with wall(site, "master" if site.type == "master" else "site"):
        arrivals = list(Arrival.objects.order_by("received_at", "id"))
        handed = OutboxEvent.objects.filter(topic__in=[inbox.ARRIVED, inbox.OF_ACCOUNT], site_id=site.id).count()
    return arrivals, handed


def test_signed_news_is_kept_sealed_and_handed_over(connected, client_of):
    answer = post(client_of("master"), body(change(connected, status())))

    (arrival,), handed = kept(connected)
    assert (answer.status_code, handed, arrival.handled_at) == (200, 1, None)
    assert "966501234567" not in str(vars(arrival))
    (found,) = inbox.open_items(arrival).statuses
    assert (found.wamid, found.status, found.callback, found.recipient, found.user_id) == (
        "wamid.0", "delivered", "job-0", "+966501234567", "SA.X",
    )  # fmt: skip
    assert (found.category, found.pricing_type, found.billable, found.code) == ("utility", "regular", True, None)


FORGED = {
    "none": lambda text: "",
    "rubbish": lambda text: "rubbish",
    "no word before it": lambda text: signed(text).removeprefix("sha256="),
    "wrong secret": lambda text: signed(text, "guessed"),
    "empty secret": lambda text: signed(text, ""),
    "the verify token as secret": lambda text: signed(text, cast.VERIFY),
    "of another body": lambda text: signed(text + b" "),
    "sha1": lambda text: "sha1=" + hmac.new(cast.APP_SECRET.encode(), text, hashlib.sha1).hexdigest(),
    "upper case": lambda text: signed(text).upper(),
    "not ascii": lambda text: "sha256=é",
}


@pytest.mark.parametrize("forgery", FORGED)
def test_what_is_not_metas_is_refused_and_leaves_nothing(connected, client_of, forgery):
    text = body(change(connected, status()))

    answer = post(client_of("master"), text, FORGED[forgery](text))

    assert answer.status_code == 403
    assert kept(connected) == ([], 0)


def test_an_altered_body_breaks_the_signature(connected, client_of):
    text = body(change(connected, status()))

    assert post(client_of("master"), text.replace(b"delivered", b"read"), signed(text)).status_code == 403


def test_the_bytes_are_signed_and_not_what_they_say(connected, client_of):
    escaped, plain = (body(change(connected, status()), ascii_only=only) for only in (True, False))
    assert escaped != plain
    assert json.loads(escaped) == json.loads(plain)

    assert post(client_of("master"), plain, signed(escaped)).status_code == 403
    assert post(client_of("master"), plain).status_code == 200
    assert post(client_of("master"), escaped).status_code == 200
    assert (len(kept(connected)[0]), kept(connected)[1]) == (1, 1)


def test_a_replay_is_kept_once(connected, client_of):
    text = body(change(connected, status()))

    answers = [post(client_of("master"), text).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert (len(kept(connected)[0]), kept(connected)[1]) == (1, 1)


def test_a_text_that_is_approved_twice_is_news_twice_and_a_replay_is_not(connected, master_site, client_of):
    def approved(at):
        value = {"event": "APPROVED", "message_template_id": 7, "message_template_name": "x"}
        entry = {"id": cast.WABA, "time": at, "changes": [{"field": "message_template_status_update", "value": value}]}
        text = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        return inbox.receive(text, signed(text), NOW)

    assert [len(approved(at)) for at in (1_770_000_000, 1_770_000_000, 1_770_086_400)] == [1, 0, 1]
    assert kept(master_site)[1] == 2


def test_what_people_write_is_known_by_its_own_id_and_not_by_the_time_of_the_request(connected):
    def wrote(at):
        text = body(change(connected, status())).replace(b'"time": 1', b'"time": %d' % at)
        return inbox.receive(text, signed(text), NOW)

    assert [len(wrote(at)) for at in (1, 2)] == [1, 0]


def test_thirty_events_doubled_and_shuffled_are_each_kept_once(connected, client_of):
    bodies = [body(change(connected, status(place))) for place in range(30)] * 2
    random.Random(7).shuffle(bodies)
    client = client_of("master")

    assert {post(client, text).status_code for text in bodies} == {200}

    arrivals, handed = kept(connected)
    assert (len(arrivals), handed) == (30, 30)
    assert {inbox.open_items(row).statuses[0].wamid for row in arrivals} == {f"wamid.{n}" for n in range(30)}


def test_each_site_gets_its_own_part_of_one_request(connected, bob_site, master_site, client_of):
    mixed = body(
        change(connected, status(1)), change(bob_site, status(2)), change(connected, status(3)),
        {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}},
    )  # fmt: skip

    assert post(client_of("master"), mixed).status_code == 200

    (adas,), _ = kept(connected)
    (bobs,), _ = kept(bob_site)
    (own,), _ = kept(master_site)
    assert [found.wamid for found in inbox.open_items(adas).statuses] == ["wamid.1", "wamid.3"]
    assert [found.wamid for found in inbox.open_items(bobs).statuses] == ["wamid.2"]
    assert inbox.open_parts(own) == [("account_update", {"event": "VERIFIED_ACCOUNT"})]


def test_news_of_a_number_or_an_account_that_is_not_ours_is_ignored(connected, main_site, client_of):
    client = client_of("master")

    assert post(client, body(change(main_site, status()))).status_code == 200
    assert post(client, body(change(connected, status()), waba="999")).status_code == 200

    assert kept(connected) == kept(main_site) == ([], 0)


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"{", b'"x"', b'{"object": "page"}', b"\xff\xfe", b'{"object":"whatsapp_business_account","entry":[1,{"changes":[2,{"value":3}]}]}'])  # fmt: skip
def test_signed_nonsense_is_taken_and_leaves_nothing(connected, client_of, text):
    assert post(client_of("master"), text).status_code == 200
    assert kept(connected) == ([], 0)


def test_one_broken_item_does_not_lose_the_others(connected, client_of):
    text = body(change(connected, {"id": "wamid.9"}, status(1), {"status": "sent", "timestamp": "x", "id": "2"}))

    post(client_of("master"), text)

    (arrival,), _ = kept(connected)
    assert [found.wamid for found in inbox.open_items(arrival).statuses] == ["wamid.1"]


def test_the_handshake_wants_our_token(connected, client_of):
    client = client_of("master")
    asked = {"hub.mode": "subscribe", "hub.challenge": "42<b>", "hub.verify_token": cast.VERIFY}

    answer = client.get(ADDRESS, asked)

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"42<b>", "text/plain")
    for wrong in ({"hub.verify_token": "x"}, {"hub.verify_token": "é"}, {"hub.mode": "unsubscribe"}):
        assert client.get(ADDRESS, {**asked, **wrong}).status_code == 403
    assert client.get(ADDRESS).status_code == 400


def test_without_an_account_nobody_is_believed(master_site, client_of):
    text = body()

    assert post(client_of("master"), text, signed(text, "")).status_code == 403
    asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}
    assert client_of("master").get(ADDRESS, asked).status_code == 403


def test_the_address_is_the_consoles_alone(connected, client_of):
    text = body(change(connected, status()))

    assert post(client_of("ada"), text).status_code == 404


def test_a_large_body_and_other_methods_are_refused(connected, client_of):
    assert post(client_of("master"), b"x" * (webhook.LARGEST + 1)).status_code == 413
    assert client_of("master").put(ADDRESS).status_code == 405


def test_forging_is_limited(connected, client_of, still_clock):
    client = client_of("master")
    for _ in range(60):
        post(client, b"{}", "sha256=0")

    assert post(client, b"{}", "sha256=0").status_code == 429
    text = body(change(connected, status()))
    assert post(client, text).status_code == 200  # whoever forges from the same network keeps nothing of Meta's away


def test_one_message_whose_news_cannot_be_taken_keeps_neither_a_stop_nor_others_waiting(
    connected, client_of, monkeypatch
):
    taken = []

    def apply(told, **_more):
        if told.wamid == "wamid.1":
            raise OperationalError("the row was locked for too long")
        taken.append(told.wamid)

    monkeypatch.setattr(tasks.statuses, "apply", apply)
    stop = {"id": "wamid.in", "from": "966501234567", "timestamp": "1770000000", "type": "text", "text": {"body": "STOP"}}
    post(client_of("master"), body(change(connected, status(1), status(2), messages=[stop])))
    (arrival,), _handed = kept(connected)

    with wall(connected, "site"):
        event = OutboxEvent.objects.get(topic=inbox.ARRIVED)
        with pytest.raises(OperationalError):
            tasks.take_arrival(event, NOW)
        index = crypto.keyed_index("+966501234567", site_id=connected.id, field="phone")
        assert (taken, register.is_stopped(index)) == (["wamid.2"], True)
        assert Arrival.objects.get(id=arrival.id).handled_at is None


def test_what_waits_is_handed_over_again_and_what_is_old_and_done_is_removed(connected, client_of):
    import datetime as dt

    post(client_of("master"), body(change(connected, status(1))))
    post(client_of("master"), body(change(connected, status(2))))
    (first, second), _ = kept(connected)

    with wall(connected, "site"):
        inbox.done(first.id, first.received_at)
        later = second.received_at + dt.timedelta(hours=1)
        assert inbox.again(later, older_than=dt.timedelta(minutes=15)) == 1
        assert inbox.open_items(Arrival.objects.get(id=second.id)).statuses
        assert inbox.forget(later) == 0
        assert inbox.forget(later + dt.timedelta(days=31)) == 1
    arrivals, handed = kept(connected)
    assert ([row.id for row in arrivals], handed) == ([second.id], 3)
