"""The stand-in of Stripe keeps Stripe's promises: what the product is tested against must not be kinder than the real one."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
import urllib.request

import pytest
import stripe as sdk

from config.embedded import wait_for
from tests import cluster
from tests.standins import StripeStandIn

KEY = "sk_test_acme_1234"


class Receiver(http.server.ThreadingHTTPServer):
    """Somebody's webhook: notes what came and answers as told."""

    def __init__(self):
        super().__init__(("127.0.0.1", cluster.own_port()), Hook)
        self.events, self.headers_seen, self.statuses = [], [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://shop.localhost:{self.server_address[1]}/hook/"

    def kinds(self):
        return [event["type"] for event in self.events]


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.headers_seen.append((self.headers["Stripe-Signature"], self.headers["Host"], body))
        self.server.events.append(json.loads(body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.shutdown()
    found.server_close()


def client(stripe, key=KEY, retries=0):
    return sdk.StripeClient(key, base_addresses={"api": stripe.url}, max_network_retries=retries)


def order(**changed):
    price = {"currency": "sar", "unit_amount": 500, "product_data": {"name": "Credits"}}
    return {
        "mode": "payment", "line_items": [{"quantity": 2, "price_data": price}], "success_url": "http://shop.localhost/?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.localhost/no", **changed,
    }  # fmt: skip


def start(stripe, **changed):
    return client(stripe).v1.checkout.sessions.create(params=order(**changed))


def got(receiver, count):
    wait_for(lambda: len(receiver.events) >= count, seconds=15, what=f"{count} webhooks")
    return receiver.kinds()


@pytest.mark.parametrize("key", ["sk_test_bad_1234", "sk_test_51Habc", "pk_test_acme_1", "whsec_x", "sk_other_acme_1"])
def test_keys_that_open_no_account_are_refused_and_hidden(stripe, key):
    with pytest.raises(sdk.AuthenticationError) as refusal:
        client(stripe, key).v1.balance.retrieve()

    assert key not in str(refusal.value)


def test_test_and_live_and_accounts_are_worlds_apart(stripe):
    session = start(stripe)

    for other in ("sk_live_acme_1234", "sk_test_other_1234"):
        with pytest.raises(sdk.InvalidRequestError, match="No such"):
            client(stripe, other).v1.checkout.sessions.retrieve(session.id)
    assert client(stripe, "sk_live_acme_1234").v1.balance.retrieve().livemode is True


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"mode": "subscription"}, "mode"), ({"line_items": ["x"]}, "Invalid object"), ({"line_items": []}, "line_items"), ({"success_url": "javascript:1"}, "URL"),
        ({"locale": "ar"}, "locale"), ({"colour": "red"}, "unknown parameter"), ({"customer_email": "nobody"}, "email"),
        ({"expires_at": 1}, "30 minutes"), ({"metadata": {"k" * 41: "v"}}, "Metadata"), ({"client_reference_id": "x" * 201}, "too long"),
    ],
)  # fmt: skip
def test_orders_that_stripe_would_refuse_are_refused(stripe, changed, said):
    with pytest.raises(sdk.InvalidRequestError, match=said):
        start(stripe, **changed)


def test_a_repeated_key_replays_the_answer_and_refuses_another_question(stripe):
    sessions = client(stripe).v1.checkout.sessions
    first = sessions.create(params=order(), options={"idempotency_key": "k"})
    stripe.pay(first.id)
    again = sessions.create(params=order(), options={"idempotency_key": "k"})

    assert (again.id, again.status) == (first.id, "open")  # the answer of then, not the state of now
    with pytest.raises(sdk.IdempotencyError):
        sessions.create(params=order(locale="en"), options={"idempotency_key": "k"})


def test_the_hosted_page_takes_each_of_its_buttons(stripe):
    def press(session, act):
        body = urllib.parse.urlencode({"act": act, "email": "a@example.com"}).encode()
        request = urllib.request.Request(session.url, body)
        opener = urllib.request.build_opener(NoRedirect)
        try:
            with opener.open(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Location"]

    cancelled, declined, later, paid = (start(stripe) for _ in range(4))

    assert press(cancelled, "cancel") == (303, "http://shop.localhost/no")
    assert "declined" in press(declined, "declined")[1]
    assert press(later, "later") == (303, f"http://shop.localhost/?s={later.id}")
    assert press(paid, "paid") == (303, f"http://shop.localhost/?s={paid.id}")
    states = {s["id"]: (s["status"], s["payment_status"]) for s in stripe.account("acme")["sessions"]}
    assert [states[s.id] for s in (cancelled, declined, later, paid)] == [
        ("open", "unpaid"), ("open", "unpaid"), ("complete", "unpaid"), ("complete", "paid"),
    ]  # fmt: skip


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def test_money_that_comes_later_arrives_or_fails(stripe, receiver):
    stripe.control("endpoint", account="acme", url=receiver.url, events=["checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"])
    good, bad = start(stripe), start(stripe)
    for session in (good, bad):
        stripe.pay(session.id, "later")
    stripe.control("arrive", session=good.id, outcome="succeeded")
    stripe.control("arrive", session=bad.id, outcome="failed")

    assert got(receiver, 2) == ["checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"]
    assert stripe.account("acme")["balance"] == {"sar": 1000}
    with pytest.raises(AssertionError, match="under way"):
        stripe.control("arrive", session=good.id)


def test_webhooks_are_signed_for_their_endpoint_and_name_its_host(stripe, receiver):
    made = client(stripe).v1.webhook_endpoints.create(params={"url": receiver.url, "enabled_events": ["checkout.session.completed"]})
    stripe.pay(start(stripe).id)
    got(receiver, 1)

    header, host, body = receiver.headers_seen[0]
    assert sdk.WebhookSignature.verify_header(body, header, made.secret, 300)
    assert host.startswith("shop.localhost:")
    assert client(stripe).v1.webhook_endpoints.list().data[0].to_dict().get("secret") is None
    assert client(stripe).v1.events.retrieve(receiver.events[0]["id"]).type == "checkout.session.completed"


def test_a_webhook_that_fails_is_tried_again_until_it_is_taken(stripe, receiver):
    stripe.control("endpoint", account="acme", url=receiver.url, events=["checkout.session.completed"])
    receiver.statuses = [500, 404]
    stripe.pay(start(stripe).id)

    got(receiver, 3)
    assert len({event["id"] for event in receiver.events}) == 1
    wait_for(lambda: stripe.account("acme")["deliveries"][0]["state"] == "delivered", seconds=10, what="delivery")


def test_switches_duplicate_delay_drop_and_turn_around(stripe, receiver):
    stripe.control("endpoint", account="acme", url=receiver.url, events=["checkout.session.completed", "checkout.session.expired"])
    stripe.control("webhooks", account="acme", duplicate=2, drop=1)
    stripe.pay(start(stripe).id)
    assert got(receiver, 3) == ["checkout.session.completed"] * 3
    assert {d["attempt"] for d in stripe.account("acme")["deliveries"] if d["state"] == "delivered"} <= {2}

    stripe.control("webhooks", account="acme", duplicate=0, drop=0, reorder=2)
    receiver.events.clear()
    stripe.pay(start(stripe).id)
    stripe.control("expire", session=start(stripe).id)
    assert got(receiver, 2) == ["checkout.session.expired", "checkout.session.completed"]


def test_what_is_held_goes_out_in_the_order_that_is_asked_for(stripe, receiver):
    stripe.control("endpoint", account="acme", url=receiver.url, events=["checkout.session.completed"])
    stripe.control("webhooks", account="acme", hold=True)
    for _ in range(4):
        stripe.pay(start(stripe).id)
    events = [d["event"] for d in stripe.account("acme")["deliveries"]]
    wanted = [events[i] for i in (2, 0, 3, 1)]
    assert receiver.events == []

    stripe.control("release", account="acme", events=wanted)

    got(receiver, 4)
    assert [event["id"] for event in receiver.events] == wanted


def test_refunds_and_disputes_move_the_balance(stripe):
    session = start(stripe)
    stripe.pay(session.id)
    asked = client(stripe)
    intent = asked.v1.checkout.sessions.retrieve(session.id).payment_intent
    refund = asked.v1.refunds.create(params={"payment_intent": intent, "amount": 400})

    assert asked.v1.refunds.retrieve(refund.id).amount == 400
    assert [r.id for r in asked.v1.refunds.list(params={"payment_intent": intent}).data] == [refund.id]
    dispute = stripe.control("dispute", payment_intent=intent, amount=600)
    with pytest.raises(sdk.InvalidRequestError, match="charged back"):
        asked.v1.refunds.create(params={"payment_intent": intent})
    assert stripe.account("acme")["balance"] == {"sar": 0}
    stripe.control("dispute/close", dispute=dispute["id"], status="won")
    assert stripe.account("acme")["balance"] == {"sar": 600}


def test_everything_is_there_again_after_a_restart(tmp_path, receiver):
    kept = tmp_path / "stripe.json"
    first = StripeStandIn(state=kept)
    first.control("endpoint", account="acme", url=receiver.url, events=["*"])
    first.control("webhooks", account="acme", hold=True)
    session = start(first)
    first.pay(session.id)
    before = first.account("acme")
    first.process.kill()
    first.process.wait(10)

    second = StripeStandIn(state=kept)
    try:
        assert second.account("acme") == before
        second.control("webhooks", account="acme", hold=False)
        assert "checkout.session.completed" in got(receiver, 3)
    finally:
        second.stop()


def test_it_listens_to_this_machine_only_and_knows_nothing_of_the_product(stripe):
    import ast
    from pathlib import Path

    assert stripe.url.startswith("http://127.0.0.1:")
    folder = Path(__file__).resolve().parents[2] / "platform" / "standins"
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in {"django", "config", "kernel", "agents", "tenants", "merchants", "stripe"}, path
