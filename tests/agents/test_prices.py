"""What staff of a site see of the price book."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.roles import StaffRole
from agents.models import Agent
from credits.pricing.models import Price
from credits.pricing.services.prices import Scope
from kernel import clock
from tenants.walls import wall
from tests.accounts.conftest import client_of, staff_of
from tests.factories import NOW
from tests.pricing.cast import make_item, put

__all__ = ["client_of", "staff_of"]


@pytest.fixture
def book(master_site, ada_site, bob_site):
    with wall(master_site, "master"):
        ada, bob = (
            Agent.objects.create(
                number=number, site_id=site.id, company=f"Agent {number}", contact_name="A", contact_email="a@example.com",
                created_at=NOW,
            )
            for number, site in ((1, ada_site), (2, bob_site))
        )  # fmt: skip
        item = make_item()
        put(item, 10_000, 1_500)
        put(item, 9_000, 1_000, scope=Scope("SAR", "", ada.id, ada_site.id))
        put(item, 7_777, 1_000, scope=Scope("SAR", "", bob.id, bob_site.id))
    return item


def page(client, query=""):
    answer = client.get(f"/office/prices/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_agent_sees_its_own_terms_and_nobody_elses(book, staff_of):
    shown = page(staff_of("ada", "finance_viewer")[0])

    for words in ("SAR 90.00", "SAR 80.00", "SAR 10.00", "11.1%", "You keep"):
        assert words in shown
    for words in ("SAR 100.00", "SAR 77.77"):
        assert words not in shown


def test_the_main_site_shows_prices_and_no_costs(book, staff_of):
    shown = page(staff_of("main", "finance")[0])

    assert "SAR 100.00" in shown
    for words in ("SAR 85.00", "SAR 15.00", "You keep", "SAR 90.00"):
        assert words not in shown


def test_a_price_to_come_is_shown_where_it_will_hold(book, master_site, ada_site, staff_of):
    later = clock.now() + dt.timedelta(days=20)
    with wall(master_site, "master"):
        agent = Agent.objects.get(site_id=ada_site.id)
        put(book, 12_000, valid_from=later)
        put(book, 9_500, scope=Scope("SAR", "", agent.id, ada_site.id), valid_from=later)

    ada, bob = page(staff_of("ada")[0], "?state=upcoming"), page(staff_of("main")[0])

    assert "SAR 95.00" in ada
    assert "SAR 120.00" not in ada
    assert "SAR 120.00" in bob


def test_nobody_of_a_site_changes_a_price_by_any_address(book, master_site, staff_of):
    for role in StaffRole.values:
        client, _ = staff_of("ada", role)
        for path in ("/office/prices/", f"/prices/items/{book.id}/set/", f"/office/prices/{book.id}/set/"):
            answer = client.post(path, {"retail": "1", "how": "fixed", "value": "0", "bulk": "disable"})
            assert answer.status_code in {400, 403, 404}, (role, path)

    with wall(master_site, "master"):
        assert sorted(Price.objects.values_list("retail", flat=True)) == [7_777, 9_000, 10_000]
