"""The console's pages, and what its buttons do."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from agents.models import Agent
from kernel.models import OutboxEvent
from tenants.models import Domain, Site
from tenants.walls import wall

NEW = {
    "company": "Carol Coupons Ltd", "address": "", "contact_name": "Carol", "contact_email": "carol@example.com",
    "contact_phone_0": "SA", "contact_phone_1": "", "note": "good customer", "site_name": "Carol Offers", "slug": "carol",
    "primary_colour": "#123456", "accent_colour": "#654321", "language": "ar", "country": "SA", "currency": "SAR",
    "time_zone": "Asia/Riyadh",
}  # fmt: skip


@pytest.mark.parametrize(
    "path", ["", "agents/", "agents/new/", "merchants/", "library/", "library/new/", "lists/", "lists/new/", "main/",
             "staff/", "staff/invite/", "staff/invitations/", "roles/", "audit/", "mailbox/", "brand.css"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_page_of_the_console_opens(staff_of, path, language):
    client, _ = staff_of("master")
    client.cookies["language"] = language

    answer = client.get(f"/{path}")

    assert answer.status_code == 200, answer.content.decode()[:3000]


def test_creating_an_agent_writes_site_domain_agent_and_the_order_together(master_site, staff_of):
    client, user = staff_of("master")

    answer = client.post("/agents/new/", NEW)

    assert answer.status_code == 302, answer.content.decode()
    with wall(master_site, "master"):
        agent = Agent.objects.get(company="Carol Coupons Ltd")
        site = Site.objects.get(id=agent.site_id)
        assert (site.name, site.state, site.ready, site.kind) == ("Carol Offers", "creating", False, "agent")
        assert (site.primary_colour, site.schema_name) == ("#123456", f"s{site.id.hex}")
        assert Domain.objects.get(tenant=site).domain == "carol.localhost"
        event = OutboxEvent.objects.get(topic="provision.site")
        assert event.payload == {"site_id_to_make": str(site.id)}
        assert AuditEvent.objects.get(verb="agent.created").actor_id == user.id
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "being created" in page.content.decode()
    assert client.get(f"{answer['Location']}status/").status_code == 200
    for path in ("edit/", "brand/", "legal/", "lists/", "domains/", "domains/add/"):
        assert client.get(f"{answer['Location']}{path}").status_code == 200, path


@pytest.mark.parametrize(
    ("change", "field"),
    [({"slug": "console"}, "slug"), ({"slug": "ada"}, "slug"), ({"slug": "-x"}, "slug"), ({"slug": "a.b"}, "slug")],
)
def test_an_address_that_is_taken_or_kept_is_refused(master_site, staff_of, change, field):
    client, _ = staff_of("master")
    with wall(master_site, "master"):
        before = Site.objects.count()

    answer = client.post("/agents/new/", {**NEW, **change})

    assert answer.status_code == 422
    with wall(master_site, "master"):
        assert Site.objects.count() == before
        assert not Agent.objects.exists()
        assert not OutboxEvent.objects.exists()


def test_finance_cannot_create_an_agent(master_site, staff_of):
    client, _ = staff_of("master", "finance")

    assert client.post("/agents/new/", NEW).status_code == 403
    with wall(master_site, "master"):
        assert not Agent.objects.exists()
