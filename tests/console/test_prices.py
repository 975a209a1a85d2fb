"""The price book on the console: who sees it, who changes it, what is asked and told."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.roles import StaffRole
from agents.models import Agent
from agents.services import care
from credits.pricing.models import Price, PriceItem
from credits.pricing.queries import book
from credits.pricing.services.prices import Scope
from kernel import clock
from tenants.walls import wall
from tests.factories import NOW, staff_actor
from tests.pricing.cast import make_item, put

PRICE = {"retail": "100.00", "how": "percent", "value": "20", "valid_from": ""}


@pytest.fixture
def item(master_site):
    with wall(master_site, "master"):
        return make_item()


@pytest.fixture
def ada(master_site, ada_site):
    with wall(master_site, "master"):
        return Agent.objects.create(
            number=1, site_id=ada_site.id, company="Ada Ltd", contact_name="Ada", contact_email="ada@example.com",
            created_at=NOW,
        )  # fmt: skip


def lines(master_site):
    with wall(master_site, "master"):
        return list(Price.objects.order_by("id").values_list("currency", "country", "agent_id", "retail", "cost"))


def test_finance_adds_an_item_and_gives_it_a_price(master_site, ada_site, staff_of):
    client, _ = staff_of("master", "finance")

    added = client.post(
        "/prices/items/new/",
        {"code": "coupons-500", "kind": "coupon_pack", "name_en": "500 coupons", "name_ar": "500 قسيمة", "coupon": "500",
         "wa_ui": "0", "wa_bi": "0", "ad_type": "", "days": "0", "position": "1"},
    )  # fmt: skip
    page = client.get(added["Location"])
    answer = client.post(added["Location"] + "?currency=SAR&country=SA", {**PRICE, "value": "12.5%"})

    assert (added.status_code, page.status_code, answer.status_code) == (302, 200, 302)
    assert lines(master_site) == [("SAR", "SA", None, 10_000, 8_750)]
    shown = client.get(answer["Location"]).content.decode()
    for words in ("500 coupons", "SAR 100.00", "SAR 87.50", "SAR 12.50", "12.5%", "Holds now", "Set a price"):
        assert words in shown
    assert "500 coupons" in client.get("/prices/").content.decode()
    with wall(ada_site, "site"):
        assert [offer.retail for offer in book.offers(country="SA", currency="SAR", now=clock.now())] == [10_000]


@pytest.mark.parametrize(
    ("how", "value", "cost"),
    [("fixed", "15", 8_500), ("cost", "70.25", 7_025), ("percent", "٢٠", 8_000), ("fixed", "١٥٫٥", 8_450)],
)
def test_the_three_ways_to_share_a_price(master_site, item, staff_of, how, value, cost):
    client, _ = staff_of("master", "finance")

    client.post(f"/prices/items/{item.id}/set/?currency=SAR", {**PRICE, "how": how, "value": value})

    assert [line[-1] for line in lines(master_site)] == [cost]


def test_a_cost_above_the_price_asks_first(master_site, item, staff_of):
    client, _ = staff_of("master", "finance")
    address, values = f"/prices/items/{item.id}/set/?currency=SAR", {**PRICE, "how": "cost", "value": "120"}

    asked = client.post(address, values)

    assert asked.status_code == 422
    assert 'type="checkbox" name="confirm"' in asked.content.decode()
    assert lines(master_site) == []
    assert client.post(address, {**values, "confirm": "on"}).status_code == 302
    assert lines(master_site) == [("SAR", "", None, 10_000, 12_000)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": "101"}, "between −100 and 100"),
        ({"value": "12.345"}, "at most two digits"),
        ({"value": "much"}, "such as 20 or 12.5"),
        ({"how": "fixed", "value": "100.01"}, "cannot be more than the price"),
        ({"how": "fixed", "value": "1.001"}, "at most 2 digits"),
        ({"retail": "-1"}, "cannot be less than"),
        ({"valid_from": "2020-01-01"}, "now or later"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(master_site, item, staff_of, change, words):
    client, _ = staff_of("master", "finance")

    answer = client.post(f"/prices/items/{item.id}/set/?currency=SAR", {**PRICE, **change})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert lines(master_site) == []


def test_a_price_of_a_later_day_waits_and_is_announced(master_site, item, staff_of):
    client, _ = staff_of("master", "finance")
    address = f"/prices/items/{item.id}/set/?currency=SAR"
    client.post(address, PRICE)
    day = clock.local_date(clock.now(), master_site.time_zone) + dt.timedelta(days=30)

    client.post(address, {**PRICE, "retail": "130", "valid_from": day.isoformat()})

    with wall(master_site, "master"):
        later = Price.objects.get(retail=13_000)
        assert later.valid_from == clock.start_of_day(day, master_site.time_zone)
        now = clock.now()
        assert book.offer(item_id=item.id, country="SA", currency="SAR", now=now).retail == 10_000
    assert "To come" in client.get(f"/prices/items/{item.id}/").content.decode()
    assert "To come" in client.get("/prices/history/").content.decode()
    assert "SAR 130.00" not in client.get("/prices/").content.decode()


def test_the_preview_says_what_it_means_and_changes_nothing(master_site, item, staff_of):
    client, _ = staff_of("master", "finance")
    address = f"/prices/items/{item.id}/set/preview/?currency=SAR"

    shown = client.post(address, PRICE).content.decode()

    for words in ("SAR 100.00", "SAR 20.00", "(20.0%)", "SAR 80.00"):
        assert words in shown
    assert "loses money" in client.post(address, {**PRICE, "how": "cost", "value": "101"}).content.decode()
    assert "cannot be more" in client.post(address, {**PRICE, "how": "fixed", "value": "101"}).content.decode()
    assert client.post(address, {}).status_code == 200
    assert lines(master_site) == []


def test_cheap_bi_is_shown_before_after_and_on_the_list(master_site, staff_of):
    client, _ = staff_of("master", "finance")
    with wall(master_site, "master"):
        ui, bi = make_item("ui", "ui_pack"), make_item("bi", "bi_pack")
        put(ui, 5_000)
    values, words = {**PRICE, "retail": "400", "how": "fixed", "value": "0"}, "less than ten times"

    before = client.post(f"/prices/items/{bi.id}/set/preview/?currency=SAR", values).content.decode()
    after = client.post(f"/prices/items/{bi.id}/set/?currency=SAR", values, follow=True).content.decode()

    for page in (before, after, client.get("/prices/").content.decode()):
        assert words in page
        assert "SAR 500.00" in page
    client.post(f"/prices/items/{bi.id}/set/?currency=SAR", {**values, "retail": "500"})
    assert words not in client.get("/prices/").content.decode()


def test_an_agents_own_price_is_in_its_currency_and_can_be_withdrawn(master_site, ada_site, item, ada, staff_of):
    client, _ = staff_of("master", "finance")
    with wall(master_site, "master"):
        put(item, 10_000)
    query = f"?currency=USD&agent={ada.id}"

    client.post(f"/prices/items/{item.id}/set/{query}", {**PRICE, "retail": "90"})

    assert lines(master_site)[1] == (ada_site.currency, "", ada.id, 9_000, 7_200)
    own = f"{ada_site.currency} 90.00"
    assert own in client.get("/prices/").content.decode()
    assert own not in client.get("/prices/?agent=-").content.decode()
    assert client.post(f"/prices/items/{item.id}/withdraw/{query}").status_code == 302
    assert own not in client.get("/prices/").content.decode()
    assert "Withdrawn" in client.get("/prices/history/").content.decode()
    again = client.post(f"/prices/items/{item.id}/withdraw/{query}", follow=True).content.decode()
    assert "not sold here" in again


def test_whoever_cares_for_some_agents_sees_their_prices_only(master_site, ada_site, bob_site, item, ada, staff_of):
    client, user = staff_of("master", "finance")
    with wall(master_site, "master"):
        bob = Agent.objects.create(
            number=2, site_id=bob_site.id, company="Bob Ltd", contact_name="Bob", contact_email="bob@example.com",
            created_at=NOW,
        )  # fmt: skip
        put(item, 9_000, scope=Scope("SAR", "", ada.id, ada_site.id))
        put(item, 8_000, scope=Scope("SAR", "", bob.id, bob_site.id))
        boss = staff_actor(user, scope="console")
        care.set_care(user=user, agents=[ada.id], actor=boss, now=NOW)

    for path in ("/prices/", "/prices/history/", f"/prices/items/{item.id}/", f"/prices/items/{item.id}/set/"):
        page = client.get(path).content.decode()
        assert "Ada Ltd" in page, path
        assert "Bob Ltd" not in page, path
    refused = client.post(f"/prices/items/{item.id}/set/?agent={bob.id}", PRICE)
    assert refused.status_code == 404


@pytest.mark.parametrize(
    "query", ["currency=XXX", "country=ZZ", "agent=none", "agent=00000000-0000-7000-8000-00000000dead"]
)
def test_scopes_that_do_not_exist_are_not_found(item, staff_of, query):
    client, _ = staff_of("master", "finance")

    assert client.get(f"/prices/items/{item.id}/set/?{query}").status_code == 404


def test_nobody_but_those_who_manage_prices_changes_one_by_any_address(master_site, item, staff_of):
    steps = ("set/", "set/preview/", "withdraw/", "enable/", "disable/", "edit/")
    with wall(master_site, "master"):
        put(item, 10_000)
    for role in set(StaffRole.values) - {"super_admin", "finance"}:
        client, _ = staff_of("master", role)

        for step in steps:
            assert client.post(f"/prices/items/{item.id}/{step}?currency=SAR", PRICE).status_code == 403, (role, step)
        assert client.post("/prices/items/new/", {}).status_code == 403
        bulk = client.post("/prices/items/", {"bulk": "disable", "ids": [str(item.id)]})
        assert bulk.status_code == 403, role
    assert len(lines(master_site)) == 1
    with wall(master_site, "master"):
        assert PriceItem.objects.get(id=item.id).enabled


@pytest.mark.parametrize("path", ["/prices/", "/prices/history/"])
def test_the_lists_export_what_they_show(master_site, item, staff_of, path):
    client, _ = staff_of("master", "finance_viewer")
    with wall(master_site, "master"):
        put(item, 10_000, 1_500)

    answer = client.get(f"{path}?export=csv")

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    answer.close()
    assert "SAR 100.00" in text
    assert "SAR 85.00" in text
