"""Credits, the library and agents in care: what the console does to merchants of any site."""

from __future__ import annotations

import io
import uuid

import pytest
from PIL import Image

from accounts.models import AuditEvent, Invitation
from agents.models import Agent
from agents.services import care
from agents.tasks import welcome
from credits.models import Account
from credits.queries import balances
from kernel.models import OutboxEvent
from merchants.library.models import LibraryTemplate
from merchants.models import Merchant
from merchants.services import lifecycle
from tenants.models import MerchantCard, Site
from tenants.walls import wall
from tests import factories
from tests.factories import NOW


@pytest.fixture
def mona(ada_site):
    with wall(ada_site, "site"):
        actor = factories.staff_actor(factories.make_staff())
        return lifecycle.create(
            owner_name="Mona", owner_email="mona@example.com", brand_name="Mona", legal_name="Mona LLC", actor=actor,
            now=NOW,
        )  # fmt: skip


def grant(client, merchant, **more):
    values = {"unit": "coupon", "amount": "2000", "reason": "Opening", "key": str(uuid.uuid4()), **more}
    return client.post(f"/merchants/{merchant.id}/grant/", values), values


def test_granting_moves_credits_once_however_often_the_button_is_pressed(ada_site, mona, staff_of):
    client, _ = staff_of("master", "finance")

    answer, values = grant(client, mona)
    again = client.post(f"/merchants/{mona.id}/grant/", values)

    assert (answer.status_code, again.status_code) == (302, 302)
    with wall(ada_site, "site"):
        assert balances.of_merchant(mona.id).coupon == 2000
    assert "Granted credits" in client.get(f"/merchants/{mona.id}/").content.decode()
    page = client.get(f"/merchants/{mona.id}/ledger/coupon/")
    assert "Opening" in page.content.decode()
    export = client.get(f"/merchants/{mona.id}/ledger/coupon/?export=csv")
    assert "Opening" in b"".join(export.streaming_content).decode("utf-8-sig")
    export.close()


def test_a_correction_below_zero_is_refused_at_its_field_and_moves_nothing(ada_site, mona, staff_of):
    client, _ = staff_of("master", "finance")
    grant(client, mona, amount="5")

    values = {"unit": "coupon", "amount": "-6", "reason": "Mistake", "key": str(uuid.uuid4())}
    answer = client.post(f"/merchants/{mona.id}/adjust/", values)

    assert answer.status_code == 422
    with wall(ada_site, "site"):
        assert balances.of_merchant(mona.id).coupon == 5


def test_a_movement_needs_a_reason_and_the_right(ada_site, mona, staff_of):
    finance, _ = staff_of("master", "finance")
    viewer, _ = staff_of("master", "viewer")

    assert grant(finance, mona, reason="")[0].status_code == 422
    assert grant(viewer, mona)[0].status_code == 403
    with wall(ada_site, "site"):
        assert balances.of_merchant(mona.id).coupon == 0


def test_nothing_on_the_console_activates_a_merchant(ada_site, mona, staff_of):
    client, _ = staff_of("master")

    assert client.post(f"/merchants/{mona.id}/activate/").status_code == 404
    with wall(ada_site, "site"):
        assert Merchant.objects.get(id=mona.id).state == "registered"


def test_the_console_reads_no_merchant_but_its_card(master_site, ada_site, mona):
    from django.db import DatabaseError, connection, transaction

    with wall(master_site, "master"):
        assert MerchantCard.objects.get(id=mona.id).name == "Mona"
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{ada_site.schema_name}".merchants_merchant')


def make_agent(site, number):
    return Agent.objects.create(
        number=number, site_id=site.id, company=f"Agent {number}", contact_name="C", contact_email="c@example.com",
        created_at=NOW,
    )  # fmt: skip


def test_a_person_with_agents_in_care_sees_these_only(master_site, ada_site, bob_site, mona, staff_of):
    client, person = staff_of("master", "operations")
    with wall(bob_site, "site"):
        actor = factories.staff_actor(factories.make_staff())
        bobs = lifecycle.create(
            owner_name="B", owner_email="b@example.com", brand_name="Bobs", legal_name="B", actor=actor, now=NOW
        )
    with wall(master_site, "master"):
        adas, other = make_agent(ada_site, 1), make_agent(bob_site, 2)
        admin = factories.make_staff()
        boss = factories.Actor("staff", "Boss", admin.id, "console", frozenset({"super_admin"}))
        assert client.get(f"/agents/{other.id}/").status_code == 200

        care.set_care(user=person, agents=[adas.id], actor=boss, now=NOW)

    assert client.get(f"/agents/{adas.id}/").status_code == 200
    assert client.get(f"/agents/{other.id}/").status_code == 404
    assert client.get(f"/agents/{other.id}/brand/").status_code == 404
    assert client.get(f"/merchants/{mona.id}/").status_code == 200
    assert client.get(f"/merchants/{bobs.id}/").status_code == 404
    assert grant(client, bobs)[0].status_code in {403, 404}
    text = client.get("/agents/").content.decode()
    assert "Agent 1" in text
    assert "Agent 2" not in text
    with wall(master_site, "master"):
        care.set_care(user=person, agents=[], actor=boss, now=NOW)
    assert client.get(f"/agents/{other.id}/").status_code == 200


def test_suspending_needs_the_right_and_reopening_takes_it_back(master_site, ada_site, staff_of):
    operations, _ = staff_of("master", "operations")
    admin, _ = staff_of("master")
    with wall(master_site, "master"):
        agent = make_agent(ada_site, 1)

    assert operations.post(f"/agents/{agent.id}/suspend/").status_code == 403
    with wall(master_site, "master"):
        assert Site.objects.get(id=ada_site.id).state == "active"
    admin.post(f"/agents/{agent.id}/suspend/", {"reason": "unpaid"})
    with wall(master_site, "master"):
        assert Site.objects.get(id=ada_site.id).state == "suspended"
        assert AuditEvent.objects.get(verb="agent.suspended").reason == "unpaid"
    admin.post(f"/agents/{agent.id}/reopen/")
    with wall(master_site, "master"):
        assert Site.objects.get(id=ada_site.id).state == "active"


def test_a_new_site_welcomes_its_owner_once(master_site, ada_site):
    with wall(master_site, "master"):
        agent = make_agent(ada_site, 1)
    with wall(ada_site, "site"):
        event = OutboxEvent(topic="site.ready", site_id=ada_site.id)
        welcome(event, NOW)
        welcome(event, NOW)

        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.roles) == ("c@example.com", ["super_admin"])
        assert Account.objects.filter(agent_id=agent.id, kind="wallet").count() == 1


def picture(size=(900, 450)):
    target = io.BytesIO()
    Image.new("RGB", size, "#0f766e").save(target, "PNG")
    target.seek(0)
    target.name = "picture.png"
    return target


def test_a_template_is_added_shown_edited_and_disabled(master_site, staff_of):
    client, _ = staff_of("master", "media_buyer")

    answer = client.post("/library/new/", {"name_en": "Plain", "name_ar": "سادة", "category": "", "picture": picture()})

    assert answer.status_code == 302, answer.content.decode()
    with wall(master_site, "master"):
        template = LibraryTemplate.objects.get()
        assert (template.width, template.height, template.enabled) == (900, 450, True)
    for path in (f"/library/{template.id}/edit/", f"/library/{template.id}/picture/", "/library/"):
        assert client.get(path).status_code == 200, path
    saved = client.post(f"/library/{template.id}/edit/", {"name_en": "Plainer", "name_ar": "سادة", "category": "food"})
    assert saved.status_code == 302, saved.content.decode()
    client.post(f"/library/{template.id}/disable/")
    with wall(master_site, "master"):
        template.refresh_from_db()
        assert (template.name_en, template.category, template.enabled) == ("Plainer", "food", False)


def test_what_is_no_picture_is_refused(master_site, staff_of):
    client, _ = staff_of("master")
    fake = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    fake.name = "picture.png"

    answer = client.post("/library/new/", {"name_en": "Bad", "name_ar": "س", "category": "", "picture": fake})

    assert answer.status_code == 422
    with wall(master_site, "master"):
        assert not LibraryTemplate.objects.exists()


def test_a_layout_that_cannot_be_printed_is_refused(master_site, staff_of):
    client, _ = staff_of("master")
    client.post("/library/new/", {"name_en": "Plain", "name_ar": "س", "category": "", "picture": picture()})
    with wall(master_site, "master"):
        template = LibraryTemplate.objects.get()

    values = {"name_en": "Plain", "name_ar": "س", "category": "", "layout": '{"width_mm": 1}'}
    answer = client.post(f"/library/{template.id}/edit/", values)

    assert answer.status_code == 422
    with wall(master_site, "master"):
        assert LibraryTemplate.objects.get().layout == template.layout
