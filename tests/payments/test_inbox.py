"""From a kept event to whoever sold it: read again, told behind the right wall, tried again when it fails."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from agents.payments import settling
from agents.payments.errors import GatewayUnavailable
from agents.payments.models import PaymentEvent
from agents.payments.services import gateway, inbox
from agents.payments.services.gateway import Line
from agents.payments.tasks import handle_event
from kernel.errors import NotFound
from kernel.models import OutboxEvent
from tenants.walls import current_wall, wall
from tests.factories import NOW
from tests.payments.cast import connect

BILL = {
    "amount": 90_00, "currency": "SAR", "lines": [Line("Credits", 1, 90_00)], "success_url": "http://ada.localhost/",
    "cancel_url": "http://ada.localhost/",
}  # fmt: skip


class Shop:
    """Somebody who sells, and notes what it is told and behind which wall."""

    def __init__(self):
        self.told, self.failures = [], []

    def settle(self, *, reference, session, actor, now):
        self._note("settle", reference, session.payment_status, actor)

    def changed(self, *, reference, payment, actor, now):
        self._note("changed", reference, payment.amount_refunded, actor)

    def _note(self, what, reference, figure, actor):
        if self.failures:
            raise self.failures.pop()
        found = current_wall()
        self.told.append((what, reference, figure, found.level, found.site_id, actor.label))


@pytest.fixture
def shop(monkeypatch):
    found = Shop()
    for kind in ("purchase", "topup"):
        monkeypatch.setitem(settling._registered, kind, settling.Registered(found.settle, found.changed))
    return found


@pytest.fixture
def ada(ada_site, stripe, shop):
    with wall(ada_site, "site"):
        connect()
        yield ada_site


def checkout(desk=gateway, kind="purchase"):
    return desk.checkout(reference=uuid.uuid4(), kind=kind, **BILL)


def event(kind, target, site=None):
    """An event as `receive` keeps it."""
    return PaymentEvent.objects.create(
        event_id=f"evt_{uuid.uuid4().hex}", type=kind, object_id=target, livemode=False, created_at=NOW, received_at=NOW
    )


def done(kind, session):
    row = event(kind, session)
    inbox.handle(row.id, now=NOW)
    row.refresh_from_db()
    return row


def test_a_paid_checkout_is_read_again_and_told_at_level_site(ada, stripe, shop):
    session = checkout()
    stripe.pay(session.id)
    row = done("checkout.session.completed", session.id)

    reference = gateway.read(session.id).reference
    assert shop.told == [("settle", reference, "paid", "site", ada.id, "Stripe")]
    assert (row.state, row.attempts, row.handled_at) == ("done", 1, NOW)


def test_an_event_that_claims_payment_before_it_came_says_what_stripe_knows(ada, stripe, shop):
    session = checkout()
    done("checkout.session.completed", session.id)

    assert shop.told[0][2] == "unpaid"


def test_refunds_and_disputes_are_told_as_changes(ada, stripe, shop):
    session = checkout()
    stripe.pay(session.id)
    found = gateway.read(session.id)
    gateway.refund(payment_intent=found.payment_intent, amount=30_00, key="k")
    done("charge.refunded", found.payment_intent)

    assert shop.told == [("changed", found.reference, 30_00, "site", ada.id, "Stripe")]


def test_a_handled_event_is_not_handled_again(ada, stripe, shop):
    session = checkout()
    row = done("checkout.session.expired", session.id)
    inbox.handle(row.id, now=NOW)

    assert len(shop.told) == 1


def test_a_top_up_is_told_on_the_console_and_a_main_sites_sale_on_the_main_site(ada, main_site, master_site, stripe, shop):
    with wall(master_site, "master"):
        connect("sk_test_platform_77")
    topup = checkout(gateway.platform(), "topup")
    with wall(main_site, "site"):
        sale = checkout()
    with wall(master_site, "master"):
        rows = [done("checkout.session.completed", s.id) for s in (topup, sale)]

    assert [row.state for row in rows] == ["done", "done"]
    assert [(level, site) for _, _, _, level, site, _ in shop.told] == [("master", master_site.id), ("site", main_site.id)]


def test_marks_that_point_elsewhere_are_nobodys(ada, bob_site, master_site, stripe, shop):
    """An agent owns its Stripe account and can write any marks it likes: they reach neither the platform nor others."""
    topup_at_home = checkout(kind="topup")
    with wall(master_site, "master"):
        connect("sk_test_platform_77")
    agents_sale_at_platform = checkout(gateway.platform(), "purchase")
    with wall(bob_site, "site"):
        connect("sk_test_ada_canary1234")  # Bob has Ada's account too
    others = checkout()

    assert done("checkout.session.completed", topup_at_home.id).state == "ignored"
    with wall(master_site, "master"):
        assert done("checkout.session.completed", agents_sale_at_platform.id).state == "ignored"
    with wall(bob_site, "site"):
        assert done("checkout.session.completed", others.id).state == "ignored"
    assert shop.told == []


def test_payments_of_a_kind_nobody_sells_or_of_an_older_account_are_kept_and_left(ada, stripe, shop):
    strange = checkout(kind="donation")

    assert done("checkout.session.completed", strange.id).state == "ignored"
    assert done("checkout.session.completed", "cs_test_of_another_account").state == "ignored"
    assert done("charge.refunded", "pi_of_another_account").state == "ignored"
    assert shop.told == []


def test_a_reference_nobody_knows_is_left(ada, stripe, shop):
    session = checkout()
    shop.failures = [NotFound("gone")]

    assert done("checkout.session.completed", session.id).state == "ignored"


def test_without_an_answer_the_event_waits_and_says_why(ada, stripe, shop, settings):
    settings.STRIPE_RETRIES = 0
    session = checkout()
    row = event("checkout.session.completed", session.id)
    stripe.control("fault", account="ada", status=503, times=1)

    with pytest.raises(GatewayUnavailable):
        inbox.handle(row.id, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "GatewayUnavailable")

    inbox.handle(row.id, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("done", 2, "")


def test_a_failure_of_the_shop_leaves_the_event_waiting(ada, stripe, shop):
    session = checkout()
    row = event("checkout.session.completed", session.id)
    shop.failures = [RuntimeError("sealed secret of somebody")]

    with pytest.raises(RuntimeError):
        inbox.handle(row.id, now=NOW)

    row.refresh_from_db()
    assert (row.state, row.last_error) == ("waiting", "RuntimeError")


def test_what_was_left_is_handed_over_again_at_most_every_quarter_of_an_hour(ada, stripe, shop):
    session = checkout()
    event("checkout.session.completed", session.id)
    quarter = dt.timedelta(minutes=15)

    assert inbox.again(now=NOW + dt.timedelta(minutes=1), older_than=quarter) == 0
    assert inbox.again(now=NOW + dt.timedelta(minutes=16), older_than=quarter) == 1
    assert inbox.again(now=NOW + dt.timedelta(minutes=17), older_than=quarter) == 0

    [handed] = OutboxEvent.objects.filter(topic=inbox.TOPIC)
    handle_event(handed, NOW + dt.timedelta(minutes=18))
    assert len(shop.told) == 1


def test_after_the_keys_are_gone_an_event_is_left(ada, stripe, shop):
    from agents.payments.models import PaymentSettings

    session = checkout()
    PaymentSettings.objects.all().delete()

    assert done("checkout.session.completed", session.id).state == "ignored"
