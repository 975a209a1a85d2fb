"""What the stand-in does with statuses, webhooks and the phone. Its API is tested by the client's tests."""

from __future__ import annotations

import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from config.embedded import wait_for
from messaging.meta import news
from messaging.meta.services import bodies
from messaging.meta.services.client import Client, Refused
from tests.meta import cast
from tests.meta.test_webhook import signed
from tests.standins import WhatsAppStandIn

PHONE = "966501234567"


class Receiver:
    """Somebody who takes webhooks, and keeps them as they came."""

    def __init__(self):
        self.got, self.answers = [], []
        taken = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                text = self.rfile.read(int(self.headers["Content-Length"]))
                status = taken.answers.pop(0) if taken.answers else 200
                taken.got.append((status, text, self.headers["X-Hub-Signature-256"]))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def taken(self):
        return [json.loads(text) for status, text, _ in self.got if status == 200]

    def items(self):
        return news.items([(name, value) for said in self.taken() for _, name, value, _at in news.changes(said)])

    def states(self, wamid=""):
        return [found.status for found in self.items().statuses if wamid in ("", found.wamid)]

    def wait(self, count):
        wait_for(lambda: len(self.states()) >= count, seconds=10, what=f"{count} statuses")


@pytest.fixture
def hook(whatsapp):
    found = Receiver()
    whatsapp.control("account", webhook=found.url)
    whatsapp.control("switches", latency=0.02)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def number(whatsapp, ada_site):
    return whatsapp.add_site(ada_site)


@pytest.fixture
def send(whatsapp, number, ada_site):
    client = Client(whatsapp.url, "v26.0", cast.TOKEN, 5)

    def act(to=PHONE, purpose="coupon_text", callback="job"):
        name = f"{purpose}_s{ada_site.number}"
        return client.send(number, bodies.template(to, name, "en", body=list("abcd"), button="A", callback=callback))

    return act


def test_a_message_is_sent_then_delivered_and_says_what_it_costs(hook, send):
    sent = send(callback="job-1")
    hook.wait(2)

    one, two = hook.items().statuses
    assert (one.status, two.status) == ("sent", "delivered")
    assert {found.wamid for found in (one, two)} == {sent.wamid}
    assert (two.callback, two.recipient, two.user_id) == ("job-1", f"+{PHONE}", sent.user_id)
    assert (two.category, two.pricing_type, two.billable) == ("utility", "regular", True)


def test_webhooks_are_signed_over_escaped_bytes(hook, whatsapp, number):
    whatsapp.control("inbound", number=number, phone=PHONE, text="مرحبا", name="سارة")
    wait_for(lambda: hook.got, seconds=10, what="a webhook")

    _, text, signature = hook.got[0]
    assert text.isascii()
    assert signature == signed(text)
    (found,) = hook.items().messages
    assert (found.text, found.name, found.phone) == ("مرحبا", "سارة", f"+{PHONE}")


def test_opening_the_phone_reads_what_was_delivered(hook, whatsapp, send):
    send()
    hook.wait(2)

    page = urllib.request.urlopen(f"{whatsapp.url}/phone/{PHONE}").read().decode()
    hook.wait(3)

    assert "Open coupon" in page
    assert hook.states() == ["sent", "delivered", "read"]
    assert whatsapp.messages(PHONE)[0]["status"] == "read"


def test_a_webhook_that_is_not_answered_with_200_comes_again(hook, send, whatsapp):
    whatsapp.control("switches", batch=1)
    hook.answers = [500, 403]

    send()
    hook.wait(2)

    assert sorted(hook.states()) == ["delivered", "sent"]
    assert [status for status, _, _ in hook.got].count(200) == 2


@pytest.mark.parametrize(
    ("ending", "states"),
    [("7002", ["sent", "sent", "delivered", "delivered"]), ("7003", ["delivered", "sent"]), ("7004", ["read"]),
     ("7005", ["sent", "failed"]), ("7009", ["sent"]), ("8026", ["failed"])],
)  # fmt: skip
def test_numbers_that_behave_badly(hook, send, ending, states):
    send(f"96650555{ending}")
    hook.wait(len(states))

    assert hook.states() == states
    if "failed" in states:
        assert hook.items().statuses[-1].code == (131026 if ending == "8026" else 131000)


def test_somebody_who_hides_the_number_is_named_by_an_id(hook, send, whatsapp, number):
    sent = send("966505557007")
    whatsapp.control("inbound", number=number, phone="966505557007", text="Hi")
    hook.wait(2)
    wait_for(lambda: hook.items().messages, seconds=10, what="the message")

    assert {(found.recipient, found.user_id) for found in hook.items().statuses} == {("", sent.user_id)}
    (found,) = hook.items().messages
    assert (found.phone, found.user_id) == ("", sent.user_id)
    assert "966505557007" not in str(hook.taken())


def test_webhooks_are_held_and_released_in_any_order(hook, send, whatsapp):
    whatsapp.control("switches", hold=True)
    send()
    wait_for(lambda: len(whatsapp.look("webhooks")["held"]) == 2, seconds=10, what="two held webhooks")
    assert hook.got == []

    whatsapp.control("release", reverse=True)
    hook.wait(2)

    assert hook.states() == ["delivered", "sent"]


def test_webhooks_are_doubled_and_dropped(hook, send, whatsapp):
    whatsapp.control("switches", duplicate=2, drop=1)

    send()
    hook.wait(6)

    assert sorted(hook.states()) == ["delivered"] * 3 + ["sent"] * 3


def test_the_first_thousand_service_messages_are_free(hook, whatsapp, number):
    whatsapp.control("inbound", number=number, phone=PHONE, text="Hi")
    client = Client(whatsapp.url, "v26.0", cast.TOKEN, 5)
    client.send(number, bodies.text(PHONE, "one", "x"))
    whatsapp.control("number", id=number, service=1000)
    client.send(number, bodies.text(PHONE, "two", "x"))
    hook.wait(4)

    billed = {(found.wamid, found.pricing_type, found.billable) for found in hook.items().statuses}
    assert {(kind, billable) for _, kind, billable in billed} == {("free_customer_service", False), ("regular", True)}


def test_who_stopped_marketing_at_meta_gets_none_and_the_business_is_told(hook, send, whatsapp, number, ada_site):
    whatsapp.control("preference", number=number, phone=PHONE, value="stop")
    wait_for(lambda: hook.items().preferences, seconds=10, what="the wish")

    (wish,) = hook.items().preferences
    assert (wish.phone, wish.value) == (f"+{PHONE}", "stop")
    whatsapp.control(
        "templates",
        templates=[{"name": "plain", "language": "en", "category": "MARKETING", "components": [{"type": "BODY", "text": "Hi"}]}],
    )  # fmt: skip
    client = Client(whatsapp.url, "v26.0", cast.TOKEN, 5)
    with pytest.raises(Refused) as refused:
        client.send(number, bodies.template(PHONE, "plain", "en", body=[], callback="x"))
    assert refused.value.code == 131050
    assert send().wamid


def test_what_concerns_the_recipient_may_be_told_later(hook, send, whatsapp):
    whatsapp.control("switches", late=True)

    send("966505559026")
    hook.wait(1)

    assert [(found.status, found.code) for found in hook.items().statuses] == [("failed", 131026)]


def test_templates_and_numbers_are_news_too(hook, whatsapp, number, ada_site):
    name = f"coupon_s{ada_site.number}"
    whatsapp.control("template", name=name, language="en", status="PAUSED", reason="NONE")
    whatsapp.control("number", id=number, quality="RED")
    wait_for(lambda: len(hook.got) and "phone_number_quality_update" in str(hook.got), seconds=10, what="the news")

    told = {name: value for said in hook.taken() for _, name, value, _at in news.changes(said)}
    assert told["message_template_status_update"]["event"] == "PAUSED"
    assert told["phone_number_quality_update"]["event"] == "FLAGGED"


def test_the_phone_answers(hook, whatsapp, send, number):
    send()
    page = requests.get(f"{whatsapp.url}/phone/{PHONE}", timeout=5).text
    assert "إيقاف" in page

    requests.post(f"{whatsapp.url}/phone/{PHONE}", {"number": number, "quick": "STOP"}, timeout=5)
    wait_for(lambda: hook.items().messages, seconds=10, what="the answer")

    assert hook.items().messages[0].text == "STOP"
    assert f"/phone/{PHONE}" in requests.get(whatsapp.url, timeout=5).text


def test_what_somebody_writes_is_shown_as_words(whatsapp, number):
    whatsapp.control("inbound", number=number, phone=PHONE, text="<script>alert(1)</script>", name="<b>")

    page = requests.get(f"{whatsapp.url}/phone/{PHONE}", timeout=5).text

    assert "<script>alert" not in page


def test_media_needs_the_token_and_says_what_it_is(whatsapp, number):
    client = Client(whatsapp.url, "v26.0", cast.TOKEN, 5)
    content = b"\x89PNG\r\n\x1a\n--bb\r\n\x00\xff"
    media = client.upload(number, content, "image/png")
    bearer = {"Authorization": f"Bearer {cast.TOKEN}"}

    known = requests.get(f"{whatsapp.url}/v26.0/{media}", headers=bearer, timeout=5).json()

    assert (known["mime_type"], known["file_size"]) == ("image/png", len(content))
    assert requests.get(known["url"], timeout=5).status_code == 401
    assert requests.get(known["url"], headers=bearer, timeout=5).content == content


def test_a_restart_forgets_nothing(tmp_path, ada_site):
    first = WhatsAppStandIn(state=tmp_path / "whatsapp.json")
    try:
        first.connect()
        number = first.add_site(ada_site)
        client = Client(first.url, "v26.0", cast.TOKEN, 5)
        media = client.upload(number, b"\x89PNG\r\n\x1a\n1", "image/png")
        name = f"coupon_s{ada_site.number}"
        client.send(
            number, bodies.template(PHONE, name, "en", body=list("abcd"), image=media, button="A", callback="x")
        )
    finally:
        first.stop()

    second = WhatsAppStandIn(state=tmp_path / "whatsapp.json")
    try:
        assert second.messages(PHONE)[0]["shown"]["media"] == {"id": media}
        assert requests.get(f"{second.url}/media/{media}", timeout=5).content == b"\x89PNG\r\n\x1a\n1"
        assert len(second.look("templates")) == 24
    finally:
        second.stop()


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"name": "Upper"}, 100), ({"category": "OTHER"}, 100), ({"components": []}, 100),
     ({"components": [{"type": "BODY", "text": "{{1}} first"}]}, 100),
     ({"components": [{"type": "BODY", "text": "Two {{2}} only"}]}, 100),
     ({"components": [{"type": "BODY", "text": "One {{1}} without an example."}]}, 100)],
)  # fmt: skip
def test_reviewers_refuse_what_meta_refuses(whatsapp, changed, code):
    client = Client(whatsapp.url, "v26.0", cast.TOKEN, 5)
    good = {"name": "good", "language": "en", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hello."}]}

    with pytest.raises(Refused) as refused:
        client.submit_template(cast.WABA, {**good, **changed})
    assert refused.value.code == code
    assert client.submit_template(cast.WABA, good)["status"] == "APPROVED"
    with pytest.raises(Refused) as refused:
        client.submit_template(cast.WABA, good)
    assert refused.value.subcode == 2388024
