"""The gateway against the stand-in, over real HTTP with Stripe's own library."""

from __future__ import annotations

import logging
import uuid

import pytest
from django.db import transaction

from agents.payments.errors import GatewayRefused, GatewayUnavailable, NotConnected
from agents.payments.services import gateway
from agents.payments.services.gateway import Line
from tenants.walls import wall
from tests.payments.cast import connect
from tests.standins import KEY

REFERENCE = uuid.UUID("00000000-0000-7000-8000-00000000aaaa")
BILL = {
    "kind": "purchase", "amount": 250_00, "currency": "SAR", "lines": [Line("2,000 coupons", 1, 200_00), Line("Fee", 2, 25_00)],
    "success_url": "http://ada.localhost/paid/?s={CHECKOUT_SESSION_ID}", "cancel_url": "http://ada.localhost/plans/",
    "email": "mona@example.com", "language": "ar",
}  # fmt: skip


@pytest.fixture
def ada(ada_site, stripe):
    with wall(ada_site, "site"):
        connect()
        yield ada_site


def start(**changed):
    return gateway.checkout(**{"reference": REFERENCE, **BILL, **changed})


def test_a_checkout_is_started_paid_and_read_back(ada, stripe):
    started = start()
    stripe.pay(started.id)
    found = gateway.read(started.id)

    assert (started.status, started.payment_status, started.payment_intent) == ("open", "unpaid", "")
    assert started.url.startswith(stripe.url)
    assert found.is_paid
    assert (found.amount, found.currency, found.reference, found.kind) == (250_00, "SAR", REFERENCE, "purchase")
    assert (found.site, found.livemode, found.url) == (ada.id, False, "")
    assert stripe.account()["balance"] == {"sar": 250_00}


def test_the_payment_carries_the_marks_of_its_checkout(ada, stripe):
    started = start()
    stripe.pay(started.id)
    payment = gateway.read_payment(gateway.read(started.id).payment_intent)

    assert (payment.reference, payment.kind, payment.site) == (REFERENCE, "purchase", ada.id)
    assert (payment.amount, payment.amount_refunded, payment.disputed, payment.status) == (250_00, 0, False, "succeeded")


def test_the_same_attempt_gets_the_same_page_and_the_next_another(ada, stripe):
    first, again, second = start(), start(), start(attempt=2)

    assert first.id == again.id != second.id
    assert len(stripe.account()["sessions"]) == 2


def test_the_same_attempt_with_other_figures_is_refused(ada, stripe):
    start()

    with pytest.raises(GatewayRefused) as refusal:
        start(amount=1, lines=[Line("x", 1, 1)])

    assert refusal.value.code == "idempotency"
    assert len(stripe.account()["sessions"]) == 1


def test_lines_that_do_not_add_up_never_leave_the_house(ada, stripe):
    with pytest.raises(ValueError, match="add up"):
        start(amount=1)

    assert stripe.account()["sessions"] == []


def test_an_expired_page_cannot_be_paid_and_expires_once(ada, stripe):
    started = start()

    assert gateway.expire(started.id).status == "expired"
    with pytest.raises(GatewayRefused):
        gateway.expire(started.id)
    with pytest.raises(AssertionError, match="expired"):
        stripe.pay(started.id)


def test_a_refund_happens_once_under_its_key(ada, stripe):
    started = start()
    stripe.pay(started.id)
    intent = gateway.read(started.id).payment_intent

    first = gateway.refund(payment_intent=intent, amount=50_00, key="r1")
    again = gateway.refund(payment_intent=intent, amount=50_00, key="r1")

    assert first == again
    assert (first.status, first.amount) == ("succeeded", 50_00)
    assert gateway.read_payment(intent).amount_refunded == 50_00
    with pytest.raises(GatewayRefused):
        gateway.refund(payment_intent=intent, amount=200_01, key="r2")
    assert stripe.account()["balance"] == {"sar": 200_00}


def test_a_dispute_is_seen_with_its_state(ada, stripe):
    started = start()
    stripe.pay(started.id)
    intent = gateway.read(started.id).payment_intent
    dispute = stripe.control("dispute", payment_intent=intent)

    assert gateway.read_payment(intent).dispute_status == "needs_response"
    stripe.control("dispute/close", dispute=dispute["id"], status="lost")
    found = gateway.read_payment(intent)

    assert (found.disputed, found.dispute_status) == (True, "lost")
    assert stripe.account()["balance"] == {"sar": 0}


@pytest.mark.parametrize("fault", [{"status": 409}, {"status": 500}, {"cut": True}, {"cut": True, "after": True}, {"status": 500, "after": True}])
def test_a_fault_that_passes_makes_one_checkout(ada, stripe, fault):
    stripe.control("fault", account="ada", method="POST", **fault)

    started = start()

    assert gateway.read(started.id).status == "open"
    assert len(stripe.account()["sessions"]) == 1


def test_silence_is_an_unknown_outcome_and_asking_again_finds_what_was_done(ada, stripe, settings):
    settings.STRIPE_TIMEOUT, settings.STRIPE_RETRIES = 1.0, 0
    stripe.control("fault", account="ada", method="POST", hang=3.0, after=True)

    with pytest.raises(GatewayUnavailable):
        start()
    settings.STRIPE_TIMEOUT = 20.0
    found = start()

    assert [s["id"] for s in stripe.account()["sessions"]] == [found.id]


def test_an_outage_is_unavailable_and_nothing_is_made(ada, stripe, settings):
    settings.STRIPE_RETRIES = 0
    stripe.control("fault", account="ada", status=503, times=-1)

    with pytest.raises(GatewayUnavailable):
        start()

    assert stripe.account()["sessions"] == []


def test_a_key_that_stripe_no_longer_knows_is_refused_in_our_words(ada, stripe, caplog):
    stripe.control("close", account="ada")

    with caplog.at_level(logging.DEBUG), pytest.raises(GatewayRefused) as refusal:
        start()

    assert refusal.value.code == "bad_key"
    assert "canary" not in caplog.text + str(refusal.value) + repr(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_restricted_key_without_the_right_is_refused(ada_site, stripe):
    with wall(ada_site, "site"):
        connect("rk_test_ada_nocheckout")
        with pytest.raises(GatewayRefused) as refusal:
            start()

    assert refusal.value.code == "key_lacks_right"


def test_without_keys_nothing_is_connected(ada_site, stripe):
    with wall(ada_site, "site"):
        assert not gateway.is_connected()
        assert gateway.mode() == ""
        with pytest.raises(NotConnected):
            start()


def test_a_merchant_pays_with_the_keys_of_its_site_and_cannot_see_them(ada, stripe):
    from django.db import ProgrammingError

    from agents.payments.models import PaymentSettings
    from tests import factories

    merchant = factories.make_merchant()
    with wall(ada, "merchant", merchant=merchant.id):
        assert gateway.mode() == "test"
        assert start().status == "open"
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            PaymentSettings.objects.count()


def test_the_main_site_and_top_ups_use_the_platforms_keys(ada, main_site, master_site, stripe):
    with wall(master_site, "master"):
        connect("sk_live_platform_9999")
    with wall(main_site, "site"):
        assert gateway.mode() == "live"
        start()
    topup = gateway.platform().checkout(**{"reference": uuid.uuid4(), **BILL, "kind": "topup"})

    assert topup.site == ada.id
    assert len(stripe.account("platform", "live")["sessions"]) == 2
    assert stripe.account("ada")["sessions"] == []


def test_another_accounts_payment_is_not_there(ada, bob_site, stripe):
    started = start()

    with wall(bob_site, "site"):
        connect("sk_test_bob_1111")
        with pytest.raises(GatewayRefused) as refusal:
            gateway.read(started.id)

    assert refusal.value.code == "not_found"


@pytest.mark.usefixtures("race_db")
def test_stripe_is_never_asked_inside_a_transaction(stripe):
    from tests import cluster

    with wall(cluster.site("ada"), "site"):
        connect()
        with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
            start()


def test_keys_show_nothing_when_printed(ada):
    from agents.payments.queries import keys

    assert KEY not in repr(keys.keys_of(ada))
    assert "canary" not in f"{keys.settings_of(ada)!r} {keys.settings_of(ada)}"
