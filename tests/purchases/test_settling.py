"""From order to given: once, whoever comes first; nothing for what differs; the agent's money and the merchant's time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from accounts.models import AuditEvent
from agents.payments.errors import NotConnected
from agents.payments.models import PaymentSettings
from agents.purchases.errors import NotForYou, PaidMeanwhile, PriceChanged, WrongState
from agents.purchases.models import Paper, Purchase
from agents.purchases.queries import purchases
from agents.purchases.services import offline, settling, starting, sweeping
from credits.models import Entry, Transfer
from credits.queries import balances
from credits.services import ledger
from kernel.errors import NotAllowed
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from merchants.services import lifecycle
from tenants.models import MerchantCard
from tenants.walls import wall
from tests import cluster, factories
from tests.credits.cast import FINN
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver, differences
from tests.pricing.cast import put
from tests.purchases.cast import JOB, give_money, open_market, paid


def test_a_fee_that_is_paid_makes_a_year_and_takes_the_cost_from_the_wallet(market):
    purchase = market.order("fee")
    assert market.state.state == "pending_payment"

    market.settle(purchase)

    found, merchant = market.fresh(purchase), market.state
    assert (found.state, found.completed_at, found.needs_person) == ("completed", NOW, False)
    assert (merchant.state, merchant.plan, merchant.active_until) == ("active", "annual", NOW.replace(year=2027))
    assert (found.plan_from, found.plan_until) == (NOW, NOW.replace(year=2027))
    assert market.money == 100_000 - 30_000
    with market.desk():
        assert MerchantCard.objects.get(id=merchant.id).state == "active"
        invoice = Paper.objects.get()
        assert (invoice.kind, invoice.number, invoice.total) == ("invoice", 1, 50_000)
        assert AuditEvent.objects.filter(verb="purchase.completed").count() == 1


def test_a_pack_gives_credits_and_money_in_one_transfer(market):
    market.sell("fee")
    purchase = market.order("pack")

    market.settle(purchase)

    assert market.credits == (2000, 0, 0)
    assert market.money == 100_000 - 30_000 - 15_000
    with market.desk():
        transfer = Transfer.objects.get(related_id=purchase.id)
        assert transfer.kind == "purchase"
        entries = Entry.objects.filter(transfer=transfer)
        assert sorted((e.unit, e.owner_type, e.amount, e.action) for e in entries) == [
            ("SAR", "agent", -15_000, "deduct"), ("SAR", "platform", 15_000, ""),
            ("coupon", "merchant", 2000, "purchase"), ("coupon", "platform", -2000, ""),
        ]  # fmt: skip
    assert differences() == []


def test_the_same_news_again_changes_nothing(market):
    purchase = market.order("fee")

    for _again in range(3):
        market.settle(purchase)

    assert market.money == 70_000
    with market.desk():
        assert Paper.objects.count() == 1
        assert OutboxEvent.objects.filter(topic="purchase.completed").count() == 1


def test_renewing_early_adds_the_year_to_the_end(market):
    market.sell("fee")
    renewal = market.order("fee", now=NOW + 300 * DAY)

    market.settle(renewal, now=NOW + 300 * DAY)

    assert market.state.active_until == NOW.replace(year=2028)


def test_renewing_late_starts_from_the_payment(market):
    market.sell("fee")
    late = NOW + 400 * DAY
    with market.desk():
        assert lifecycle.expire_due(actor=JOB, now=late) == 1
    assert market.state.state == "expired"

    market.settle(market.order("fee", now=late), now=late)

    assert (market.state.state, market.state.active_until) == ("active", late.replace(year=late.year + 1))


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"amount": 49_999}, "amount"), ({"amount": 50_001}, "amount"), ({"currency": "AED"}, "currency"),
     ({"reference": uuid7()}, "reference"), ({"kind": "topup"}, "reference"), ({"livemode": True}, "mode")],
)  # fmt: skip
def test_what_differs_from_the_order_gives_nothing_and_wants_a_person(market, stripe, change, problem):
    purchase = market.order("fee")
    market.checkout(purchase)

    market.settle(purchase, paid(purchase, **change))

    found = market.fresh(purchase)
    assert (found.state, found.needs_person, found.problem) == ("pending_payment", True, problem)
    assert market.state.state == "pending_payment"
    assert market.money == 100_000
    with market.desk():
        assert not Paper.objects.exists()
        assert OutboxEvent.objects.filter(topic="purchase.needs_person").count() == 1


def test_a_second_payment_of_the_same_order_is_for_a_person_and_gives_nothing_more(market):
    purchase = market.order("fee")
    market.settle(purchase)

    market.settle(purchase, paid(purchase, payment_intent="pi_other"))

    found = market.fresh(purchase)
    assert (found.problem, found.needs_person) == ("second_payment", True)
    assert market.money == 70_000


def test_a_short_wallet_waits_and_goes_on_by_itself_oldest_first(market):
    market.sell("fee")
    spend_all = market.money
    first, second, third = (market.order("pack") for _ in range(3))
    assert spend_all == 70_000
    with market.desk():
        wallet = balances.wallet_of_agent(market.agent.id, "SAR")
    drain(market, wallet, 65_000)

    for minutes, purchase in ((3, third), (1, first), (2, second)):
        market.settle(purchase, now=NOW + minutes * dt.timedelta(minutes=1))

    assert [market.fresh(p).state for p in (first, second, third)] == ["pending_wallet"] * 3
    assert market.credits == (0, 0, 0)
    give_money(market, 25_000 + 1)
    with market.desk():
        OutboxEvent.objects.create(
            topic="wallet.topped_up", site_id=market.site.id, payload={}, created_at=NOW, due_at=NOW
        )
        deliver("wallet.topped_up")
    assert [market.fresh(p).state for p in (first, second, third)] == ["completed", "completed", "pending_wallet"]
    assert market.credits == (4000, 0, 0)
    assert market.money == 1
    assert differences() == []


def drain(market, wallet, amount):
    with wall(cluster.site("master"), "master"):
        ledger.adjust(wallet=wallet, amount=-amount, reason="Drain", actor=FINN, now=NOW, key=uuid7(),
                      site_id=market.site.id)  # fmt: skip


def test_a_fee_with_a_short_wallet_shows_the_merchant_being_activated(db):
    market = open_market(money=0)
    purchase = market.order("fee")

    market.settle(purchase)

    assert (market.fresh(purchase).state, market.state.state) == ("pending_wallet", "pending_wallet")
    with market.desk():
        assert OutboxEvent.objects.filter(topic="purchase.waits_for_wallet").count() == 1
        assert Paper.objects.count() == 1
    give_money(market, 30_000)
    with market.desk():
        assert settling.complete_waiting(actor=JOB, now=NOW + DAY) == 1
    assert market.state.state == "active"
    assert market.state.active_until == (NOW + DAY).replace(year=2027)


def test_on_the_main_site_no_wallet_pays(main_market):
    purchase = main_market.order("fee")
    main_market.settle(purchase)
    main_market.settle(main_market.order("pack"))

    assert main_market.state.state == "active"
    assert main_market.credits == (2000, 0, 0)
    with main_market.desk():
        assert not Entry.objects.filter(unit="SAR").exists()


def test_a_temporary_merchant_is_active_thirty_days_from_its_first_purchase(market):
    with market.desk():
        lifecycle.choose_plan(merchant_id=market.merchant.id, plan="temporary", actor=JOB, now=NOW)

    market.settle(market.order("temporary"))
    market.settle(market.order("pack", now=NOW + DAY), now=NOW + DAY)

    assert (market.state.state, market.state.active_until) == ("active", NOW + 30 * DAY)
    assert market.credits == (2000, 100, 0)
    for code in ("ui", "bi"):
        with pytest.raises(NotForYou):
            market.order(code)


def test_packages_are_sold_to_active_merchants_only(market):
    for code in ("pack", "ui", "bi", "temporary"):
        with pytest.raises(NotForYou):
            market.order(code)
    with market.desk():
        assert not Purchase.objects.exists()


def test_a_purchase_keeps_the_terms_it_was_made_with(market, master):
    purchase = market.order("fee")
    with wall(master, "master"):
        put(market.items["fee"], 90_000, 0)

    market.settle(purchase)

    assert (market.fresh(purchase).retail, market.money) == (50_000, 70_000)


def test_ordering_twice_under_one_id_is_one_order(market):
    key = uuid7()
    assert market.order("fee", purchase_id=key).id == market.order("fee", purchase_id=key).id == key
    with market.desk():
        assert Purchase.objects.count() == 1


def test_a_checkout_is_opened_once_and_paid_at_the_agents_own_account(market, stripe):
    purchase = market.order("fee")
    first = market.checkout(purchase)

    assert market.checkout(purchase) == first
    (session,) = stripe.account("ada")["sessions"]
    assert (session["amount_total"], session["client_reference_id"]) == (50_000, str(purchase.id))
    stripe.pay(session["id"])
    with market.desk():
        Purchase.objects.update(ask_at=NOW)
        assert sweeping.ask_about_open(actor=JOB, now=NOW) == 1
    assert market.fresh(purchase).state == "completed"
    assert stripe.account("ada")["balance"]["sar"] == 50_000


def test_a_checkout_that_ran_out_is_opened_again_while_the_price_holds(market, stripe, master):
    purchase = market.order("fee")
    market.checkout(purchase)
    (session,) = stripe.account("ada")["sessions"]
    stripe.control("expire", session=session["id"])
    with market.desk():
        Purchase.objects.update(ask_at=NOW)
        sweeping.ask_about_open(actor=JOB, now=NOW)
    assert market.fresh(purchase).state == "expired"
    assert market.state.state == "registered"

    second = market.checkout(purchase)

    assert second != session["url"]
    assert (market.fresh(purchase).state, market.fresh(purchase).attempt) == ("pending_payment", 2)
    stripe.control("expire", session=market.fresh(purchase).session_id)
    with market.desk():
        Purchase.objects.update(ask_at=NOW)
        sweeping.ask_about_open(actor=JOB, now=NOW)
    with wall(master, "master"):
        put(market.items["fee"], 60_000, 0, now=NOW + DAY)
    with pytest.raises(PriceChanged):
        market.checkout(purchase, now=NOW + 2 * DAY)


def test_a_delayed_payment_that_fails_lets_the_merchant_pay_again(market, stripe):
    purchase = market.order("fee")
    market.checkout(purchase)
    session = market.fresh(purchase).session_id
    stripe.pay(session, "later")
    with market.desk():
        Purchase.objects.update(ask_at=NOW)
        sweeping.ask_about_open(actor=JOB, now=NOW)
    assert market.fresh(purchase).state == "pending_payment"
    stripe.control("arrive", session=session, outcome="failed")
    with market.desk():
        Purchase.objects.update(ask_at=NOW)
        sweeping.ask_about_open(actor=JOB, now=NOW)
    assert market.fresh(purchase).state == "failed"
    assert market.checkout(purchase)


def test_cancelling_closes_the_checkout(market, stripe):
    purchase = market.order("fee")
    market.checkout(purchase)

    with market.shop():
        starting.cancel(purchase_id=purchase.id, merchant_id=market.merchant.id, actor=market.owner, now=NOW)

    assert (market.fresh(purchase).state, market.state.state) == ("cancelled", "registered")
    (session,) = stripe.account("ada")["sessions"]
    assert session["status"] == "expired"
    with market.shop(), pytest.raises(WrongState):
        starting.cancel(purchase_id=purchase.id, merchant_id=market.merchant.id, actor=market.owner, now=NOW)


def test_cancelling_what_was_paid_meanwhile_gives_it_instead(market, stripe):
    purchase = market.order("fee")
    market.checkout(purchase)
    stripe.pay(market.fresh(purchase).session_id)

    with market.shop(), pytest.raises(PaidMeanwhile):
        starting.cancel(purchase_id=purchase.id, merchant_id=market.merchant.id, actor=market.owner, now=NOW)

    assert market.fresh(purchase).state == "completed"


def test_without_keys_nothing_is_opened_and_the_order_can_be_paid_later(market, stripe):
    with market.desk():
        PaymentSettings.objects.all().delete()
    purchase = market.order("fee")
    with pytest.raises(NotConnected):
        market.checkout(purchase)
    assert market.fresh(purchase).state == "pending_payment"


def test_offline_sales_need_the_right_and_a_reason_and_deduct_the_cost(market):
    viewer = factories.Actor("staff", "V", uuid7(), "site", frozenset({"viewer"}))
    for actor, reason, error in ((viewer, "Cash", NotAllowed), (market.finance, " ", offline.NoReason)):
        with market.desk(), pytest.raises(error):
            offline.record(
                purchase_id=uuid7(), merchant_id=market.merchant.id, item_id=market.items["fee"].id, reason=reason,
                actor=actor, now=NOW,
            )  # fmt: skip
    assert market.money == 100_000

    sold = market.sell("fee")

    assert (sold.method, sold.state, market.money, market.state.state) == ("offline", "completed", 70_000, "active")


def test_numbers_of_invoices_have_no_gap_where_a_payment_was_refused(market):
    market.sell("fee")
    market.settle(market.order("pack"), paid(market.order("pack")))  # names another order: no number is used
    market.sell("pack")
    with market.desk():
        assert list(Paper.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_a_merchant_reads_its_purchase_and_not_what_its_agent_pays(market):
    purchase = market.sell("fee")
    with market.shop():
        assert purchases.get_own(purchase.id).retail == 50_000
        with pytest.raises(DatabaseError), transaction.atomic():
            Purchase.objects.values_list("cost", flat=True).get(id=purchase.id)
        with pytest.raises(DatabaseError), transaction.atomic():
            Purchase.objects.filter(id=purchase.id).update(state="completed")
