"""The list of customers with their tags, one customer's page, and the page of all tags."""

from __future__ import annotations

import csv
import io

import pytest

from merchants.models import MerchantCustomer
from merchants.queries.tags import list_tags
from merchants.services import tags
from tenants.walls import wall
from tests import factories
from tests.factories import NOW
from tests.merchants.cast import browser, claim, generate, open_shop

REGULAR = "زبون دائم"


@pytest.fixture
def people(shop):
    """Ann with VIP, Ben with VIP and an Arabic tag, Cid with none."""
    rows = []
    with wall(shop.site, "site"):
        for name in ("Ann", "Ben", "Cid"):
            rows.append(
                MerchantCustomer.objects.create(
                    merchant=shop.merchant, customer=factories.make_customer(name=name), first_at=NOW, last_at=NOW
                )
            )
    with shop.open():
        for row, given in zip(rows, (["VIP"], ["VIP", REGULAR], []), strict=True):
            tags.put(merchant=shop.merchant, customer_id=row.customer_id, tags=given, actor=shop.owner, now=NOW)
    return rows


def names(client, query=""):
    answer = client.get(f"/merchant/customers/?export=csv&cols=tags&{query}")
    found = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    return {row[0]: row[1] for row in list(found)[1:]}


def carried(shop, row):
    with shop.open():
        row.refresh_from_db()
    return row.tags


class TestList:
    def test_it_shows_filters_and_exports_them(self, shop, people):
        client = browser(shop)
        page = client.get("/merchant/customers/").content.decode()

        assert f'<bdi class="tag">VIP</bdi><bdi class="tag">{REGULAR}</bdi>' in page
        assert names(client) == {"Ann": "VIP", "Ben": f"VIP, {REGULAR}", "Cid": ""}
        assert set(names(client, "tag=vip")) == {"Ann", "Ben"}
        assert set(names(client, f"tag={REGULAR}")) == {"Ben"}
        assert set(names(client, f"tag={REGULAR}&tag=vip")) == {"Ann", "Ben"}

    def test_one_that_nobody_carries_any_more_shows_nobody(self, shop, people):
        client = browser(shop)

        assert names(client, "tag=gone") == {}
        assert set(names(client, "tag=VIP")) == {"Ann", "Ben"}
        assert set(names(client, "tag=gone&tag=vip")) == {"Ann", "Ben"}
        assert set(names(client, "tag=%00")) == set(names(client, "tag=a,b")) == {"Ann", "Ben", "Cid"}
        assert "Nothing matches" in client.get("/merchant/customers/?tag=gone").content.decode()

    def test_a_tag_that_is_a_formula_is_exported_as_text(self, shop, people):
        with shop.open():
            tags.put(
                merchant=shop.merchant, customer_id=people[2].customer_id, tags=["=1+1", "x"], actor=shop.owner, now=NOW
            )

        assert names(browser(shop))["Cid"] == "'=1+1, x"

    def test_chosen_rows_get_a_tag_and_lose_it(self, shop, people):
        client = browser(shop, "manager")
        chosen = [str(row.id) for row in people[1:]]

        said = client.post("/merchant/customers/", {"bulk": "tag", "ids": chosen, "tag": "vip"}, follow=True)
        assert "2 customers have the tag." in said.content.decode()
        assert [carried(shop, row) for row in people] == [["VIP"], ["VIP", REGULAR], ["VIP"]]

        client.post("/merchant/customers/?tag=vip", {"bulk": "untag", "whole": "1", "tag": "VIP"})
        assert [carried(shop, row) for row in people] == [[], [REGULAR], []]

    @pytest.mark.parametrize(("typed", "said"), [("", "Type a tag."), ("a,b", "no comma"), ("x" * 31, "30 characters")])
    def test_it_says_what_is_wrong_with_a_tag(self, shop, people, typed, said):
        given = {"bulk": "tag", "ids": [str(people[0].id)], "tag": typed}

        assert said in browser(shop).post("/merchant/customers/", given, follow=True).content.decode()
        assert carried(shop, people[0]) == ["VIP"]

    def test_another_stores_rows_are_out_of_reach(self, shop, people):
        other = browser(open_shop(shop.site))

        other.post("/merchant/customers/", {"bulk": "untag", "ids": [str(people[0].id)], "tag": "VIP"})

        assert carried(shop, people[0]) == ["VIP"]
        assert "VIP" not in other.get("/merchant/customers/").content.decode()


class TestCustomer:
    def test_it_says_who_it_is_and_shows_the_coupons(self, shop):
        batch = generate(shop, 2)
        found = claim(shop, batch, "+966501234567")

        page = browser(shop).get(f"/merchant/customers/{found.customer_id}/").content.decode()

        for said in ("Carl", "+966 50 123 4567", "17 May 1990", "Twenty off", "Taken"):
            assert said in page

    def test_it_speaks_arabic_and_a_month_is_a_month(self, shop):
        found = claim(shop, generate(shop, 2), "+966501234567")
        headers = {"accept-language": "ar", "host": shop.host}

        page = browser(shop).get(f"/merchant/customers/{found.customer_id}/", headers=headers).content.decode()

        for said in ("17 مايو 1990", "الوسوم", "القسائم"):
            assert said in page

    def test_somebody_elses_and_an_erased_one_are_not_there(self, shop, people):
        url = f"/merchant/customers/{people[0].customer_id}/"
        other = browser(open_shop(shop.site))

        assert other.get(url).status_code == 404
        assert other.post(f"{url}tags/", {"tags": "Mine"}).status_code == 404
        with wall(shop.site, "site"):
            type(people[0].customer).objects.filter(id=people[0].customer_id).update(erased_at=NOW)
        assert browser(shop).get(url).status_code == 404

    def test_tags_are_ticked_and_new_ones_typed(self, shop, people):
        url = f"/merchant/customers/{people[2].customer_id}/tags/"

        answer = browser(shop).post(url, {"known": ["VIP"], "tags": " Late ،  vip, "})

        assert answer.status_code == 302
        assert carried(shop, people[2]) == ["VIP", "Late"]

    def test_unticked_they_go(self, shop, people):
        browser(shop).post(f"/merchant/customers/{people[1].customer_id}/tags/", {"known": [REGULAR]})

        assert carried(shop, people[1]) == [REGULAR]

    def test_what_is_wrong_stands_at_the_field_and_nothing_is_saved(self, shop, people):
        url = f"/merchant/customers/{people[0].customer_id}/tags/"

        answer = browser(shop).post(url, {"known": ["VIP"], "tags": f"fine, {'x' * 31}"})

        assert answer.status_code == 422
        assert "at most 30 characters" in answer.content.decode()
        assert carried(shop, people[0]) == ["VIP"]
        assert browser(shop).post(url, {"known": ["Not mine"]}).status_code == 422

    def test_cashiers_are_refused(self, shop, people):
        client = browser(shop, "cashier")
        for path in ("", "tags/"):
            assert client.get(f"/merchant/customers/{people[0].customer_id}/{path}").status_code in {302, 403}


class TestTags:
    def used(self, shop):
        with shop.open():
            return [(tag.name, tag.customers) for tag in list_tags(shop.merchant.id)]

    def test_each_stands_with_its_customers(self, shop, people):
        page = browser(shop).get("/merchant/customers/tags/").content.decode()

        assert 'href="/merchant/customers/?tag=vip">2</a>' in page
        assert REGULAR in page
        assert "No tags yet" in browser(open_shop(shop.site)).get("/merchant/customers/tags/").content.decode()

    def test_one_is_renamed_everywhere(self, shop, people):
        client = browser(shop)

        assert "2 customers carry it." in client.get("/merchant/customers/tags/rename/?tag=VIP").content.decode()
        assert client.post("/merchant/customers/tags/rename/?tag=vip", {"tags": "a,b"}).status_code == 422
        client.post("/merchant/customers/tags/rename/?tag=vip", {"tags": REGULAR})

        assert self.used(shop) == [(REGULAR, 2)]

    def test_one_is_deleted_everywhere(self, shop, people):
        said = browser(shop).post("/merchant/customers/tags/delete/", {"tag": "VIP"}, follow=True).content.decode()

        assert "Taken from 2 customers." in said
        assert self.used(shop) == [(REGULAR, 1)]

    def test_one_that_is_gone_meanwhile_leads_back(self, shop, people):
        client = browser(open_shop(shop.site))

        assert client.get("/merchant/customers/tags/rename/?tag=vip")["Location"] == "/merchant/customers/tags/"
        assert client.post("/merchant/customers/tags/delete/", {"tag": "VIP"})["Location"] == "/merchant/customers/tags/"
        assert self.used(shop) == [("VIP", 2), (REGULAR, 1)]
