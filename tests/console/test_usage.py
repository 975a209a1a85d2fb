"""The console's usage: months of every site's merchants in a list with its sums, and merchants by city."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from agents.models import Agent
from agents.services import care
from merchants.models import Merchant
from tenants.services import cards
from tenants.walls import wall
from tests import factories
from tests.factories import NOW

MARCH, FEBRUARY = dt.date(2026, 3, 1), dt.date(2026, 2, 1)


def month(site, brand="", *, when=MARCH, merchant=None, city="riyadh", **counts):
    """A merchant with a month of these figures."""
    with wall(site, "site"):
        merchant = merchant or factories.make_merchant(brand, city=city)
        factories.make_month(merchant, month=when, **counts)
    return merchant


def merchant_of(site, **fields) -> Merchant:
    with wall(site, "site"):
        made = factories.make_merchant(**fields)
        cards.keep(merchant=made, now=NOW)
    return made


def agent_of(site, master_site) -> Agent:
    with wall(master_site, "master"):
        return Agent.objects.create(
            number=1,
            site_id=site.id,
            company="Ada Ltd",
            contact_name="Ada",
            contact_email="a@example.com",
            created_at=NOW,
        )


def names(client, path="/usage/") -> list[str]:
    """The primary cells of a list's export, in order."""
    return [row["Merchant"] for row in exported(client, path)]


def exported(client, path) -> list[dict[str, str]]:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}export=csv")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def world(ada_site, bob_site):
    """Mona and Sam on Ada's site, Bilal on Bob's."""
    mona = month(
        ada_site,
        "Mona",
        ui_arrived=8,
        ui_failed=1,
        bi_arrived=1,
        coupons_made=1_200,
        coupons_taken=40,
        coupons_redeemed=9,
    )
    month(ada_site, merchant=mona, when=FEBRUARY, ui_arrived=5, ui_credits=5)
    month(ada_site, "Sam", city="jeddah", bi_arrived=3)
    month(bob_site, "Bilal", coupons_taken=2)
    return mona


def test_the_list_shows_every_sites_months_newest_first_with_their_sums(world, staff_of):
    client, _ = staff_of("master")

    page = client.get("/usage/").content.decode()
    rows = exported(client, "/usage/?cols=month,number,site,city,ui_arrived,ui_credits,made")

    assert [row["Month"] for row in rows] == ["2026-03"] * 3 + ["2026-02"]
    assert {(row["Merchant"], row["Site"], row["City"]) for row in rows} == {
        ("Mona", "Ada Deals", "Riyadh"), ("Sam", "Ada Deals", "Jeddah"), ("Bilal", "Bob Saves", "Riyadh"),
    }  # fmt: skip
    assert (rows[-1]["UI arrived"], rows[-1]["UI credits"]) == ("5", "5")
    totals = client.get("/usage/").context["totals"]
    assert (totals.arrived, totals.failed, totals.coupons_taken, totals.coupons_redeemed) == (17, 1, 42, 9)
    assert totals.success == pytest.approx(94.4, abs=0.1)
    for said in ("94.4%", "UI 13 · BI 4", "1,200 generated", "Last counted"):
        assert said in page


@pytest.mark.parametrize(
    ("query", "expected", "arrived"),
    [
        ("?month=2026-02-01", ["Mona"], 5),
        ("?city=jeddah", ["Sam"], 3),
        ("?country=SA&month=2026-03-01&sort=name", ["Bilal", "Mona", "Sam"], 12),
        ("?q=bob", ["Bilal"], 0),
        ("?sort=-ui_arrived", ["Mona", "Mona", "Bilal", "Sam"], 17),
        ("?sort=city&q=ada", ["Sam", "Mona", "Mona"], 17),
        ("?month=nonsense&site=1", ["Mona", "Mona", "Bilal", "Sam"], 17),
    ],
)
def test_filters_search_and_sort_hold_for_rows_and_sums_alike(world, staff_of, query, expected, arrived):
    client, _ = staff_of("master")

    found = names(client, f"/usage/{query}")

    assert (found if "sort" in query else sorted(found)) == (expected if "sort" in query else sorted(expected))
    assert client.get(f"/usage/{query}").context["totals"].arrived == arrived


def test_one_site_and_one_merchant_are_filters_that_links_set(world, ada_site, staff_of):
    client, _ = staff_of("master")

    assert set(names(client, f"/usage/?site={ada_site.id}")) == {"Mona", "Sam"}
    assert names(client, f"/usage/?merchant={world.id}") == ["Mona", "Mona"]
    page = client.get(f"/usage/?merchant={world.id}").content.decode()
    assert f'<input type="hidden" name="merchant" value="{world.id}">' in page
    assert "Merchant: <bdi" in page
    assert len(names(client, "/usage/?merchant=nobody")) == 4


def test_the_pages_of_a_merchant_and_of_an_agent_show_their_months(world, ada_site, master_site, staff_of):
    client, _ = staff_of("master")
    agent = agent_of(ada_site, master_site)

    of_merchant = client.get(f"/merchants/{world.id}/")
    of_agent = client.get(f"/agents/{agent.id}/")

    def shown(page):
        return [(when, [value for _label, value in figures]) for when, figures in page.context["months"]]

    assert shown(of_merchant) == [(MARCH, [8, 1, 1, 0, 40, 9]), (FEBRUARY, [5, 0, 0, 0, 0, 0])]
    assert shown(of_agent) == [(MARCH, [8, 1, 4, 0, 40, 9]), (FEBRUARY, [5, 0, 0, 0, 0, 0])]
    assert f"/usage/?merchant={world.id}&amp;month=2026-03-01" in of_merchant.content.decode()
    assert f"/usage/?site={ada_site.id}&amp;month=2026-02-01" in of_agent.content.decode()


def test_a_year_of_months_is_shown_and_no_more(ada_site, staff_of):
    mona = month(ada_site, "Mona", when=dt.date(2025, 1, 1), ui_arrived=1)
    for number in range(2, 15):
        month(
            ada_site,
            merchant=mona,
            when=dt.date(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1),
            ui_arrived=number,
        )
    client, _ = staff_of("master")

    shown = client.get(f"/merchants/{mona.id}/").context["months"]

    assert (len(shown), shown[0][0], shown[-1][0]) == (12, dt.date(2026, 2, 1), dt.date(2025, 3, 1))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_before_anything_was_counted_the_pages_say_so(ada_site, staff_of, language):
    mona = merchant_of(ada_site, brand="Mona")
    client, _ = staff_of("master")
    client.cookies["language"] = language
    said = {"en": "Counted every hour", "ar": "يُحسب كل ساعة"}[language]

    for path in ("/usage/", f"/merchants/{mona.id}/"):
        assert said in client.get(path).content.decode()
    assert "figure-value" not in client.get("/usage/").content.decode()


def test_who_has_one_agent_in_care_sees_its_months_only(world, ada_site, bob_site, master_site, staff_of):
    client, user = staff_of("master", "analyst")
    agent = agent_of(bob_site, master_site)
    with wall(master_site, "master"):
        boss = factories.staff_actor(factories.make_staff(), scope="console")
        care.set_care(user=user, agents=[agent.id], actor=boss, now=NOW)

    assert names(client) == ["Bilal"]
    assert client.get("/usage/").context["totals"].arrived == 0
    assert [row["Site"] for row in exported(client, "/usage/cities/")] == ["Bob Saves"]
    assert len(names(client, f"/usage/?merchant={world.id}")) == 1


def test_merchants_are_counted_by_site_country_city_and_state(ada_site, bob_site, staff_of):
    for state in (
        "active",
        "active",
        "registered",
        "pending_payment",
        "pending_wallet",
        "expired",
        "suspended",
        "archived",
    ):
        merchant_of(ada_site, city="riyadh", state=state)
    merchant_of(ada_site, city="jeddah")
    merchant_of(ada_site, city="", country="AE")
    merchant_of(bob_site, city="riyadh")
    client, _ = staff_of("master")

    rows = exported(client, "/usage/cities/")

    assert rows[0] == {
        "City": "Riyadh", "Country": "Saudi Arabia", "Site": "Ada Deals", "Active": "2", "Waiting for activation": "3",
        "Expired": "1", "Suspended": "1", "Archived": "1", "All": "8",
    }  # fmt: skip
    assert {(row["City"], row["Country"], row["Site"], row["All"]) for row in rows[1:]} == {
        ("Jeddah", "Saudi Arabia", "Ada Deals", "1"), ("—", "United Arab Emirates", "Ada Deals", "1"),
        ("Riyadh", "Saudi Arabia", "Bob Saves", "1"),
    }  # fmt: skip
    for query, expected in (
        (f"?site={ada_site.id}", 3), ("?city=riyadh", 2), ("?country=AE", 1), ("?q=jedd", 1), ("?q=saudi", 3), ("?sort=city", 4),
    ):  # fmt: skip
        assert len(exported(client, f"/usage/cities/{query}")) == expected, query
        assert client.get(f"/usage/cities/{query}").status_code == 200
    client.cookies["language"] = "ar"
    assert [row["المدينة"] for row in exported(client, "/usage/cities/?q=جدة")] == ["جدة"]


def test_a_city_leads_to_its_merchants(ada_site, staff_of):
    merchant_of(ada_site, brand="Here", city="riyadh")
    merchant_of(ada_site, brand="There", city="jeddah")
    client, _ = staff_of("master")

    path = f"/merchants/?site={ada_site.id}&country=SA&city=riyadh"

    assert path.replace("&", "&amp;") in client.get("/usage/cities/").content.decode()
    assert [row["Name"] for row in exported(client, path)] == ["Here"]


@pytest.mark.parametrize("path", ["/usage/", "/usage/cities/"])
def test_a_list_pages_by_key_and_costs_as_many_queries_for_many_rows_as_for_few(
    ada_site, staff_of, path, django_assert_max_num_queries
):
    client, _ = staff_of("master")
    for number in range(2):
        month(ada_site, f"Few {number}", city=f"c{number}")
    client.get(path)
    with django_assert_max_num_queries(20) as few:
        client.get(path)

    for number in range(58):
        month(ada_site, f"Many {number}", city=f"d{number}")

    with django_assert_max_num_queries(20) as many:
        first = client.get(path)
    assert len(many) <= len(few)
    seen, page = 0, first
    while True:
        seen += len(page.context["rows"])
        if not page.context["next_url"]:
            break
        page = client.get(f"{path}{page.context['next_url']}")
    assert seen == 60
    assert len(client.get(f"{path}{page.context['previous_url']}").context["rows"]) == 25


@pytest.mark.parametrize(
    "role", ["management", "operations", "viewer", "analyst", "support", "finance", "finance_viewer"]
)
def test_those_who_read_reports_may_see_it(role, staff_of):
    client, _ = staff_of("master", role)

    assert client.get("/usage/").status_code == 200
    assert client.get("/usage/cities/").status_code == 200


@pytest.mark.parametrize("role", ["ad_approver", "media_buyer", "affiliate_manager"])
def test_others_may_not(role, staff_of):
    client, _ = staff_of("master", role)

    assert client.get("/usage/").status_code == 403
    assert client.get("/usage/cities/").status_code == 403


def test_no_site_has_the_page(client_of):
    assert client_of("ada").get("/usage/").status_code == 404
