"""Which price holds: the newest valid line of each scope, and of the scopes the narrowest."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from credits.pricing.errors import CostNotShown, NoSuchOffer
from credits.pricing.queries import book, history
from credits.pricing.services import items, prices
from credits.pricing.services.prices import Scope
from tenants.walls import wall
from tests.factories import NOW
from tests.pricing.cast import LATER, MASTER, SAR, make_item, put

AGENT = uuid.UUID("00000000-0000-7000-8000-0000000000a1")
SECOND = dt.timedelta(seconds=1)


def retails(**more):
    asked = {"country": "SA", "currency": "SAR", "now": NOW, **more}
    return {offer.code: offer.retail for offer in book.offers(**asked)}


@pytest.fixture
def console(master_site):
    with wall(master_site, "master"):
        yield


def test_the_narrowest_scope_wins(console, ada_site):
    item = make_item()
    put(item, 10_000)
    put(item, 9_000, scope=Scope("SAR", "SA"))
    put(item, 8_000, scope=Scope("SAR", "", AGENT, ada_site.id))

    assert retails() == {"coupons-500": 9_000}
    assert retails(country="BH") == {"coupons-500": 10_000}
    assert retails(agent_id=AGENT) == {"coupons-500": 8_000}
    assert retails(agent_id=uuid.uuid4()) == {"coupons-500": 9_000}

    put(item, 7_000, scope=Scope("SAR", "SA", AGENT, ada_site.id))
    assert retails(agent_id=AGENT) == {"coupons-500": 7_000}
    assert retails(agent_id=AGENT, country="BH") == {"coupons-500": 8_000}


def test_a_price_holds_from_its_moment_on_and_not_before(console):
    item = make_item()
    put(item, 10_000)
    put(item, 12_000, valid_from=LATER)

    assert retails(now=LATER - SECOND) == {"coupons-500": 10_000}
    assert retails(now=LATER) == {"coupons-500": 12_000}


def test_of_two_lines_for_one_moment_the_later_written_holds(console):
    item = make_item()
    for retail in (12_000, 13_000, 11_000):
        put(item, retail, valid_from=LATER)

    assert retails(now=LATER) == {"coupons-500": 11_000}
    assert [price.retail for price in history.list_current(LATER)] == [11_000]


def test_other_currencies_are_other_prices(console):
    item = make_item()
    put(item, 10_000)
    put(item, 2_700, scope=Scope("USD"))

    assert retails(currency="USD") == {"coupons-500": 2_700}
    assert retails(currency="AED") == {}


def test_a_withdrawn_price_gives_way_to_the_wider_one(console, ada_site):
    item = make_item()
    own = Scope("SAR", "", AGENT, ada_site.id)
    put(item, 10_000)
    put(item, 8_000, scope=own)

    prices.withdraw(item_id=item.id, scope=own, actor=MASTER, now=NOW + SECOND)

    assert retails(agent_id=AGENT, now=NOW + SECOND) == {"coupons-500": 10_000}
    prices.withdraw(item_id=item.id, scope=SAR, actor=MASTER, now=NOW + SECOND)
    assert retails(agent_id=AGENT, now=NOW + SECOND) == {}
    assert list(history.list_current(NOW + SECOND)) == []
    with pytest.raises(NoSuchOffer):
        prices.withdraw(item_id=item.id, scope=SAR, actor=MASTER, now=NOW + 2 * SECOND)


def test_offers_come_in_the_books_order_and_by_kind(console):
    for code, kind, position in (("b", "ui_pack", 2), ("a", "ad", 3), ("c", "coupon_pack", 1)):
        put(make_item(code, kind, position=position), 100)

    assert list(retails()) == ["c", "b", "a"]
    assert list(retails(kinds=["ad", "ui_pack"])) == ["b", "a"]


def test_an_item_that_is_switched_off_or_has_no_price_is_not_sold(console):
    off, bare = make_item("off"), make_item("bare")
    put(off, 100)
    items.set_enabled(item_id=off.id, enabled=False, actor=MASTER, now=NOW)

    assert retails() == {}
    for item_id in (off.id, bare.id, uuid.uuid4()):
        with pytest.raises(NoSuchOffer):
            book.offer(item_id=item_id, country="SA", currency="SAR", now=NOW)


def test_an_offer_carries_all_that_a_purchase_keeps(console):
    item = make_item(coupon=2_000, wa_ui=50, name_ar="رصيد")
    line = put(item, 10_000, 1_500).price

    offer = book.offer(item_id=item.id, country="SA", currency="SAR", now=NOW)

    assert (offer.price_id, offer.item_id, offer.code, offer.kind) == (line.id, item.id, "coupons-500", "coupon_pack")
    assert (offer.coupon, offer.wa_ui, offer.wa_bi, offer.ad_type, offer.days) == (2_000, 50, 0, "", 0)
    assert (offer.retail, offer.cost, offer.profit, offer.currency) == (10_000, 8_500, 1_500, "SAR")
    assert (offer.name("ar"), offer.name("en")) == ("رصيد", "Coupons-500")


def test_sites_see_costs_and_merchants_and_visitors_only_prices(master_site, ada_site):
    with wall(master_site, "master"):
        item = make_item()
        put(item, 10_000, 1_500)
    asked = {"item_id": item.id, "country": "SA", "currency": "SAR", "now": NOW}

    with wall(ada_site, "site"):
        assert book.offer(**asked).profit == 1_500
    with wall(ada_site, "merchant", merchant=uuid.uuid4()):
        for_merchant = book.offer(**asked)
    with wall(ada_site, "visitor"):
        for_visitor = book.offer(**asked)

    for offer in (for_merchant, for_visitor):
        assert offer.retail == 10_000
        with pytest.raises(CostNotShown):
            offer.cost  # noqa: B018


def test_asking_for_all_offers_is_one_query(console, django_assert_num_queries):
    for number in range(5):
        put(make_item(f"pack-{number}"), 100)

    with django_assert_num_queries(1):
        assert len(retails()) == 5
