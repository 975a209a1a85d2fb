"""Setting prices: cost out of price and profit, what needs a yes, what is refused, what is told."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from accounts.models import AuditEvent
from credits.pricing.errors import CodeTaken, CostAbovePrice, MalformedItem, MalformedPrice, UnknownItem
from credits.pricing.models import Price, PriceItem
from credits.pricing.queries import warnings
from credits.pricing.services import items, prices
from credits.pricing.services.prices import Scope
from kernel.errors import NotAllowed
from tenants.walls import wall
from tests.factories import NOW
from tests.pricing.cast import MASTER, SAR, make_item, put


@pytest.fixture
def console(master_site):
    with wall(master_site, "master"):
        yield


@pytest.mark.parametrize(
    ("retail", "kind", "value", "cost"),
    [
        (10_000, "fixed", 1_500, 8_500),
        (10_000, "fixed", 10_000, 0),
        (10_000, "percent", 2_000, 8_000),
        (9_999, "percent", 1_250, 8_749),  # 1,249.875 is 1,250
        (1, "percent", 5_000, 0),  # half a unit goes to the agent
        (10_000, "percent", -500, 10_500),
        (0, "percent", 10_000, 0),
    ],
)
def test_the_cost_is_the_price_less_the_profit(console, retail, kind, value, cost):
    price = put(make_item(), retail, profit_kind=kind, profit_value=value, confirm=True).price

    assert (price.cost, price.profit) == (cost, retail - cost)


def test_a_cost_above_the_price_needs_a_yes(console):
    item = make_item()

    with pytest.raises(CostAbovePrice) as refused:
        put(item, 10_000, -1)

    assert refused.value.data["cost"] == 10_001
    assert Price.objects.count() == 0
    assert put(item, 10_000, -1, confirm=True).price.cost == 10_001


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"retail": -1}, "retail"),
        ({"retail": 10**12 + 1}, "retail"),
        ({"profit_value": 10_001}, "profit_value"),
        ({"profit_kind": "percent", "profit_value": 10_001}, "profit_value"),
        ({"profit_kind": "gift"}, "profit_kind"),
        ({"valid_from": NOW - dt.timedelta(seconds=1)}, "valid_from"),
        ({"valid_from": NOW + dt.timedelta(days=800)}, "valid_from"),
        ({"scope": Scope("sar")}, "currency"),
        ({"scope": Scope("SAR", "sa")}, "country"),
        ({"scope": Scope("SAR", "", uuid.uuid4())}, "agent"),
    ],
)
def test_prices_that_cannot_be_are_refused_at_their_field(console, change, field):
    values = {
        "item_id": make_item().id, "scope": SAR, "retail": 10_000, "profit_kind": "fixed", "profit_value": 0,
        "actor": MASTER, "now": NOW, **change,
    }  # fmt: skip

    with pytest.raises(MalformedPrice) as refused:
        prices.put(**values)

    assert refused.value.data["field"] == field
    assert Price.objects.count() == 0


def test_a_price_leaves_a_trace_that_says_where_it_holds(console):
    item = make_item()

    put(item, 10_000, 1_500, scope=Scope("SAR", "SA"))

    event = AuditEvent.objects.get(verb="price.set")
    assert event.object_id == item.id
    assert (event.after["scope"], event.after["retail"], event.after["cost"]) == ("SAR SA", "SAR 100.00", "SAR 85.00")


def test_bi_below_ten_times_ui_is_told_and_not_refused(console):
    ui, big_ui, bi = make_item("ui", "ui_pack"), make_item("ui-2000", "ui_pack", wa_ui=2_000), make_item("bi", "bi_pack")
    assert put(ui, 5_000).warnings == []  # 10 a credit
    assert put(big_ui, 16_000).warnings == []  # 8 a credit
    assert put(bi, 50_000).warnings == []

    told = put(bi, 49_999, now=NOW + dt.timedelta(seconds=1)).warnings

    assert [(found.bi.code, found.ui.code, found.least_cost) for found in told] == [("bi", "ui", 50_000)]
    # What counts is the cost, not the price; and a dearer UI package warns as well.
    assert put(bi, 60_000, 10_001, now=NOW + dt.timedelta(seconds=2)).warnings[0].bi.cost == 49_999
    put(bi, 60_000, now=NOW + dt.timedelta(seconds=3))
    assert [found.bi.code for found in put(ui, 6_001, now=NOW + dt.timedelta(seconds=4)).warnings] == ["bi"]


def test_without_ui_packages_there_is_nothing_to_compare(console):
    assert put(make_item("bi", "bi_pack"), 1).warnings == []
    assert warnings.cheap_bi(country="", currency="SAR", now=NOW) == []


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("coupon_pack", {"coupon": 0}, "coupon"),
        ("bi_pack", {"wa_bi": 0, "wa_ui": 5}, "wa_bi"),
        ("coupon_pack", {"wa_ui": -1}, "wa_ui"),
        ("coupon_pack", {"days": 7}, "ad_type"),
        ("ad", {"days": 8}, "days"),
        ("ad", {"ad_type": ""}, "ad_type"),
        ("coupon_pack", {"name_ar": " "}, "name_ar"),
        ("coupon_pack", {"code": "Coupons 500"}, "code"),
    ],
)
def test_items_whose_parts_do_not_fit_are_refused(console, kind, change, field):
    with pytest.raises(MalformedItem) as refused:
        make_item(**{"kind": kind, **change})

    assert refused.value.data["field"] == field
    assert PriceItem.objects.count() == 0


def test_a_code_is_given_once(console):
    make_item("fee", "annual_fee")

    with pytest.raises(CodeTaken):
        make_item("fee", "ui_pack")


def test_an_edit_keeps_code_and_kind_and_says_what_changed(console):
    item = make_item()

    items.save(
        item_id=item.id, code="other", kind="ad", name_en="Five hundred", name_ar="خمسمئة", coupon=500, wa_bi=5,
        actor=MASTER, now=NOW,
    )  # fmt: skip

    item.refresh_from_db()
    assert (item.code, item.kind, item.wa_bi) == ("coupons-500", "coupon_pack", 5)
    assert AuditEvent.objects.get(verb="price_item.edited").after == {
        "name_en": "Five hundred", "name_ar": "خمسمئة", "wa_bi": 5,
    }  # fmt: skip
    with pytest.raises(UnknownItem):
        items.set_enabled(item_id=uuid.uuid4(), enabled=False, actor=MASTER, now=NOW)


@pytest.mark.parametrize("role", ["management", "operations", "finance_viewer", "analyst", "viewer"])
def test_only_those_who_manage_prices_change_them(console, role):
    item = make_item()
    actor = Actor("staff", "Vera", None, "console", frozenset({role}))
    office = Actor("staff", "Omar", None, "site", frozenset({"super_admin"}))

    for refused in (actor, office):
        with pytest.raises(NotAllowed):
            put(item, 1, actor=refused)
        with pytest.raises(NotAllowed):
            prices.withdraw(item_id=item.id, scope=SAR, actor=refused, now=NOW)
        with pytest.raises(NotAllowed):
            items.set_enabled(item_id=item.id, enabled=False, actor=refused, now=NOW)
        with pytest.raises(NotAllowed):
            items.save(code="x", kind="annual_fee", name_en="x", name_ar="x", actor=refused, now=NOW)
    assert Price.objects.count() == 0


STATEMENTS = [
    "UPDATE pricing_price SET retail = 1",
    "DELETE FROM pricing_price",
    "TRUNCATE pricing_price",
    "INSERT INTO pricing_price (id, item_id, currency, country, retail, cost, profit_kind, profit_value, withdrawn,"
    " valid_from, created_at, created_by_label) SELECT gen_random_uuid(), item_id, currency, country, 1, 1, 'fixed', 0,"
    " false, valid_from, valid_from, '' FROM pricing_price",
    "UPDATE pricing_priceitem SET coupon = 100000",
    "DELETE FROM pricing_priceitem",
    "INSERT INTO pricing_priceitem SELECT * FROM pricing_priceitem",
]


@pytest.mark.parametrize("level", ["site", "merchant", "visitor", "holder"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_level_of_a_site_changes_the_book_by_sql(master_site, ada_site, main_site, level, statement):
    with wall(master_site, "master"):
        put(make_item(), 10_000)
    more = {"merchant": {"merchant": uuid.uuid4()}, "holder": {"proof": uuid.uuid4()}}.get(level, {})

    for site in (ada_site, main_site):
        with wall(site, level, **more), pytest.raises(DatabaseError, match="permission denied"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    with wall(master_site, "master"):
        assert list(Price.objects.values_list("retail", flat=True)) == [10_000]


@pytest.mark.parametrize("statement", ["UPDATE pricing_price SET cost = 1", "DELETE FROM pricing_price"])
def test_not_even_the_console_rewrites_the_past(master_site, statement):
    with wall(master_site, "master"):
        put(make_item(), 10_000)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)


@pytest.mark.parametrize("column", ["cost", "profit_kind", "profit_value", "created_by", "created_by_label"])
def test_the_agents_terms_are_hidden_from_merchants_and_visitors(master_site, ada_site, column):
    with wall(master_site, "master"):
        put(make_item(), 10_000)

    for level, more in (("merchant", {"merchant": uuid.uuid4()}), ("visitor", {})):
        with wall(ada_site, level, **more), pytest.raises(DatabaseError, match="permission denied"):
            with transaction.atomic():
                list(Price.objects.values_list(column, flat=True))


def test_an_agents_own_price_is_seen_on_its_site_alone(master_site, ada_site, bob_site):
    with wall(master_site, "master"):
        item = make_item()
        put(item, 10_000)
        put(item, 8_000, scope=Scope("SAR", "", uuid.uuid4(), ada_site.id))

    for level, more in (("site", {}), ("merchant", {"merchant": uuid.uuid4()}), ("visitor", {})):
        with wall(ada_site, level, **more):
            assert set(Price.objects.values_list("retail", flat=True)) == {10_000, 8_000}
        with wall(bob_site, level, **more):
            assert set(Price.objects.values_list("retail", flat=True)) == {10_000}
