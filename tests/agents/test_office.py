"""The back office: its pages, and what its buttons do."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent, Invitation
from credits.queries import balances
from kernel.models import OutboxEvent
from merchants.models import Merchant
from tenants.models import MerchantCard
from tenants.walls import wall
from tests import factories

NEW = {
    "plan": "annual", "brand_name": "Mona Café", "brand_name_ar": "مقهى منى", "legal_name": "Mona LLC",
    "category": "", "business_type": "", "country": "SA", "city": "", "address": "", "contact_phone_0": "SA",
    "contact_phone_1": "", "owner_name": "Mona Merchant", "owner_email": "mona@example.com",
}  # fmt: skip


def register(client, **more):
    return client.post("/office/merchants/new/", {**NEW, **more})


@pytest.mark.parametrize(
    "path",
    ["", "merchants/", "merchants/new/", "staff/", "staff/invite/", "staff/invitations/", "roles/", "audit/", "brand/",
     "brand/preview/?primary_colour=%23ff0000", "brand/preview.css?primary=%23ff0000", "legal/", "lists/", "domains/",
     "domains/add/"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_page_of_the_office_opens(staff_of, path, language):
    client, _ = staff_of("ada")
    client.cookies["language"] = language

    answer = client.get(f"/office/{path}")

    assert answer.status_code == 200, answer.content.decode()[:3000]


def test_registering_a_merchant_opens_its_wallets_and_invites_its_owner(ada_site, staff_of):
    client, user = staff_of("ada")

    answer = register(client)

    assert answer.status_code == 302, answer.content.decode()
    with wall(ada_site, "site"):
        merchant = Merchant.objects.get(brand_name="Mona Café")
        assert answer["Location"] == f"/office/merchants/{merchant.id}/"
        assert (merchant.number, merchant.slug, merchant.state) == (1, "mona-cafe", "registered")
        assert balances.of_merchant(merchant.id) == balances.MerchantBalances(0, 0, 0)
        card = MerchantCard.objects.get(id=merchant.id)
        assert (card.name, card.state, card.site_id) == ("Mona Café", "registered", ada_site.id)
        invitation = Invitation.objects.get(merchant_id=merchant.id)
        assert (invitation.email, invitation.merchant_role) == ("mona@example.com", "owner")
        assert OutboxEvent.objects.filter(topic="invitation.mail").count() == 1
        assert AuditEvent.objects.get(verb="merchant.created").actor_id == user.id
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert client.get(f"{answer['Location']}edit/").status_code == 200
    assert client.get(f"{answer['Location']}ledger/coupon/").status_code == 200
    assert client.get(f"{answer['Location']}ledger/money/").status_code == 404


def test_a_viewer_registers_nobody(ada_site, staff_of):
    client, _ = staff_of("ada", "viewer")

    answer = register(client)

    assert answer.status_code == 403
    with wall(ada_site, "site"):
        assert not Merchant.objects.exists()
        assert not Invitation.objects.exists()


def test_editing_changes_the_card_too(ada_site, staff_of):
    client, _ = staff_of("ada")
    address = register(client)["Location"]
    changed = {**NEW, "brand_name": "Mona Bistro", "city": "jeddah", "contact_name": "M", "contact_email": ""}

    answer = client.post(f"{address}edit/", changed)

    assert answer.status_code == 302, answer.content.decode()
    with wall(ada_site, "site"):
        assert MerchantCard.objects.get().name == "Mona Bistro"
        assert MerchantCard.objects.get().city == "jeddah"
        assert AuditEvent.objects.get(verb="merchant.edited").after["brand_name"] == "Mona Bistro"


def test_suspending_archiving_and_reopening(ada_site, staff_of):
    client, _ = staff_of("ada")
    address = register(client)["Location"]

    client.post(f"{address}suspend/", {"reason": "unpaid"})
    with wall(ada_site, "site"):
        assert Merchant.objects.get().state == "suspended"
        assert AuditEvent.objects.get(verb="merchant.suspended").reason == "unpaid"
    client.post(f"{address}reopen/")
    with wall(ada_site, "site"):
        assert Merchant.objects.get().state == "registered"
    client.post(f"{address}archive/")
    with wall(ada_site, "site"):
        assert Merchant.objects.get().state == "archived"
        assert MerchantCard.objects.get().state == "archived"


def test_the_office_of_an_agent_cannot_activate(ada_site, staff_of):
    client, _ = staff_of("ada")
    address = register(client)["Location"]

    assert client.post(f"{address}activate/").status_code == 404
    with wall(ada_site, "site"):
        assert Merchant.objects.get().state == "registered"


def test_a_merchant_of_another_site_is_not_there(ada_site, bob_site, staff_of):
    client, _ = staff_of("ada")
    with wall(bob_site, "site"):
        foreign = factories.make_merchant()

    for path in ("", "edit/", "ledger/coupon/"):
        assert client.get(f"/office/merchants/{foreign.id}/{path}").status_code == 404
    for path in ("suspend/", "archive/", "reopen/"):
        assert client.post(f"/office/merchants/{foreign.id}/{path}").status_code in {302, 404}
    with wall(bob_site, "site"):
        assert Merchant.objects.get().state == "active"
