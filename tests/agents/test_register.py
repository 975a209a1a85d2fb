"""A merchant registers itself: proved by a link, once, and told to nobody whether an address is known."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import AuditEvent, Membership, User
from accounts.services.invitations import AlreadyThere
from credits.pricing.services.prices import Scope
from credits.queries import balances
from kernel import clock, limits
from kernel.models import OutboxEvent
from merchants.models import Merchant, Registration
from merchants.services import registration
from merchants.tasks import forget_registrations, send_registration
from tenants.models import MerchantCard
from tenants.walls import wall
from tests import cluster, factories
from tests.accounts.conftest import client_of, staff_of
from tests.pricing.cast import make_item, put

__all__ = ["client_of", "staff_of"]

PASSWORD = "a sentence to remember"
FORM = {
    "brand_name": "Mona's Coffee", "legal_name": "Mona Trading Est.", "category": "coffee", "business_type": "cafe",
    "country": "SA", "city": "riyadh", "owner_name": "Mona Al Harbi", "owner_email": "Mona@Cafe.example",
    "contact_phone_country": "SA", "contact_phone_number": "0501234567", "plan": "annual", "terms": "on",
}  # fmt: skip


def deliver(site):
    """What the worker does with the site's last event."""
    with wall(site, "site"):
        event = OutboxEvent.objects.filter(topic=registration.TOPIC).order_by("-id").first()
        send_registration(event, clock.now())
        return event


def mailed_link(host="ada"):
    return re.search(rf"https?://{host}\.localhost\S*(/join/\S+)", mail.outbox[-1].body)[1]


def asked(client, site, **change):
    """A form sent and its mail written; the link's path."""
    assert client.post("/join/", {**FORM, **change}).status_code == 302
    deliver(site)
    return mailed_link()


def people(site):
    with wall(site, "site"):
        return User.objects.count(), Merchant.objects.count(), Registration.objects.count()


def test_a_merchant_registers_and_stands_in_its_own_area(ada_site, client_of):
    client = client_of("ada")
    assert client.get("/join/").status_code == 200
    link = asked(client, ada_site)
    page = client.get(link)
    assert "mona@cafe.example" in page.content.decode()

    answer = client.post(link, {"password": PASSWORD}, follow=True)

    assert answer.redirect_chain[-1][0] == "/merchant/buy/"
    assert answer.status_code == 200
    with wall(ada_site, "site"):
        merchant = Merchant.objects.get()
        assert (merchant.state, merchant.plan, merchant.city) == ("registered", "annual", "riyadh")
        assert (merchant.brand_name, merchant.legal_name) == ("Mona's Coffee", "Mona Trading Est.")
        assert (merchant.contact_email, merchant.contact_phone) == ("mona@cafe.example", "+966501234567")
        assert balances.of_merchant(merchant.id).coupon == 0
        assert MerchantCard.objects.get(id=merchant.id).state == "registered"
        member = Membership.objects.get()
        assert (member.merchant_id, member.role, member.user.email) == (merchant.id, "owner", "mona@cafe.example")
        assert set(AuditEvent.objects.values_list("verb", "actor_kind")) == {
            ("merchant.created", "system"), ("merchant.joined", "merchant"),
        }  # fmt: skip
    assert client.get("/account/logout/").status_code == 200
    signed_in = client_of("ada").post("/account/login/", {"login": "mona@cafe.example", "password": PASSWORD})
    assert signed_in.status_code == 302


def test_nothing_readable_is_kept_of_an_address_that_is_not_proved(ada_site, superuser, client_of):
    client = client_of("ada")
    link = asked(client, ada_site)
    token = link.rstrip("/").rpartition("/")[2]

    with wall(ada_site, "site"):
        row = Registration.objects.values().get()
        event = OutboxEvent.objects.get()

    assert people(ada_site) == (0, 0, 1)
    for kept in (str(row), str(event.payload)):
        for word in ("mona", "Mona", "501234567", "riyadh", token):
            assert word not in kept
    assert (row["expires_at"] - row["created_at"]) == dt.timedelta(hours=24)


def test_a_known_address_is_answered_alike_and_told_by_mail_alone(ada_site, client_of):
    with wall(ada_site, "site"):
        factories.make_user()
        known = User.objects.get().email
    unknown_page = client_of("ada").post("/join/", FORM, follow=True)
    known_page = client_of("ada").post("/join/", {**FORM, "owner_email": known.upper()}, follow=True)

    deliver(ada_site)

    def plain(answer):
        return re.sub(r'menu-\w+|csrfmiddlewaretoken"[^>]*', "", answer.content.decode())

    assert known_page.redirect_chain == unknown_page.redirect_chain
    assert plain(known_page) == plain(unknown_page)
    assert mail.outbox[-1].to == [known]
    assert "/account/login/" in mail.outbox[-1].body
    assert "/join/" not in mail.outbox[-1].body
    assert people(ada_site) == (1, 0, 2)


def test_a_link_works_once(ada_site, client_of):
    link = asked(client_of("ada"), ada_site)
    client_of("ada").post(link, {"password": PASSWORD})

    again = client_of("ada")
    for answer in (again.get(link), again.post(link, {"password": "another sentence"})):
        assert answer.status_code == 404
        assert "no longer works" in answer.content.decode()
    assert people(ada_site) == (1, 1, 0)


def test_a_mail_program_that_opens_the_link_uses_nothing_up(ada_site, client_of):
    link = asked(client_of("ada"), ada_site)

    for _ in range(3):
        assert client_of("ada").get(link).status_code == 200

    assert people(ada_site) == (0, 0, 1)


def test_two_forms_of_one_person_make_one_account(ada_site, client_of):
    first, second = (asked(client_of("ada"), ada_site) for _ in range(2))
    client_of("ada").post(first, {"password": PASSWORD})

    answer = client_of("ada").post(second, {"password": PASSWORD})

    assert answer.status_code == 404
    assert people(ada_site)[:2] == (1, 1)


def test_another_sites_link_opens_nothing(ada_site, bob_site, client_of):
    link = asked(client_of("ada"), ada_site)

    answer = client_of("bob").post(link, {"password": PASSWORD})

    assert answer.status_code == 404
    assert people(bob_site) == (0, 0, 0)
    assert client_of("ada").get(link).status_code == 200


def test_the_console_registers_nobody(client_of):
    assert client_of("master").get("/join/").status_code == 404


def test_an_old_link_is_over_and_the_row_goes(ada_site, client_of):
    link = asked(client_of("ada"), ada_site)
    with wall(ada_site, "site"):
        Registration.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))

    assert client_of("ada").get(link).status_code == 404
    sent = len(mail.outbox)
    deliver(ada_site)
    assert len(mail.outbox) == sent
    with wall(ada_site, "site"):
        forget_registrations.run()
    assert people(ada_site) == (0, 0, 0)


@pytest.mark.parametrize("password", ["", "short", "mona@cafe.example", "1234567890"])
def test_weak_passwords_are_refused_and_the_link_stays(ada_site, client_of, password):
    link = asked(client_of("ada"), ada_site)

    assert client_of("ada").post(link, {"password": password}).status_code == 422
    assert people(ada_site) == (0, 0, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"brand_name": " "}, "brand_name"), ({"legal_name": ""}, "legal_name"), ({"owner_email": "mona"}, "owner_email"),
        ({"contact_phone_number": "12"}, "contact_phone"), ({"terms": ""}, "terms"), ({"plan": "free"}, "plan"),
        ({"city": "dubai"}, "city"), ({"city": ""}, "city"), ({"category": "nothing"}, "category"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(ada_site, client_of, change, field):
    answer = client_of("ada").post("/join/", {**FORM, **change})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Mona Al Harbi" in answer.content.decode()
    assert people(ada_site) == (0, 0, 0)


def test_an_address_and_a_network_are_written_to_so_often_only(ada_site, client_of):
    for _ in range(3):
        assert client_of("ada").post("/join/", FORM).status_code == 302
    assert client_of("ada").post("/join/", {**FORM, "owner_email": "MONA@cafe.example"}).status_code == 422
    for number in range(17):
        client_of("ada").post("/join/", {**FORM, "owner_email": f"m{number}@cafe.example"})

    refused = client_of("ada").post("/join/", {**FORM, "owner_email": "other@cafe.example"})

    assert refused.status_code == 422
    assert "Wait a little" in refused.content.decode()
    assert people(ada_site)[2] == 20


def test_without_the_limits_nobody_is_written_to(ada_site, client_of, monkeypatch):
    def broken(*_args, **_more):
        raise limits.Unavailable

    monkeypatch.setattr(limits, "must", broken)

    assert client_of("ada").post("/join/", FORM).status_code == 422
    assert people(ada_site) == (0, 0, 0)


def test_a_suspended_site_registers_nobody(ada_site, master_site, client_of):
    link = asked(client_of("ada"), ada_site)
    with wall(master_site, "master"):
        from tenants.models import Site
        from tenants.queries import sites

        Site.objects.filter(id=ada_site.id).update(state="suspended")
        sites.forget()

    for answer in (client_of("ada").get("/join/"), client_of("ada").post(link, {"password": PASSWORD})):
        assert answer.status_code == 503
    assert people(ada_site)[1] == 0


def test_the_form_and_the_mail_speak_arabic(ada_site, client_of):
    client = client_of("ada")
    client.cookies["language"] = "ar"
    page = client.get("/join/").content.decode()

    client.post("/join/", FORM)
    deliver(ada_site)

    assert 'dir="rtl"' in page
    assert re.search("[\u0600-\u06ff]", mail.outbox[-1].subject)


def test_the_annual_price_of_the_site_stands_at_the_plan(master_site, ada_site, client_of):
    assert "SAR" not in client_of("ada").get("/join/").content.decode()
    with wall(master_site, "master"):
        put(make_item("annual-fee", "annual_fee"), 120_000)
        put(make_item("other-fee", "annual_fee", enabled=False), 1, scope=Scope("SAR", "SA"))

    assert "SAR 1,200.00" in client_of("ada").get("/join/").content.decode()


@pytest.mark.parametrize("path", ["/", "/account/login/"])
def test_the_way_in_is_shown(ada_site, client_of, path):
    assert 'href="/join/"' in client_of("ada").get(path).content.decode()


def test_the_consoles_sign_in_shows_no_way_in(client_of):
    assert "/join/" not in client_of("master").get("/account/login/").content.decode()


def test_two_clicks_at_once_make_one_merchant(race_db):
    site, client = cluster.site("ada"), Client(headers={"host": cluster.HOSTS["ada"]})
    link = asked(client, site)
    token, answers, start = link.rstrip("/").rpartition("/")[2], [], threading.Barrier(6)

    def click():
        try:
            with wall(site, "site"):
                start.wait()
                answers.append(registration.complete(token=token, password=PASSWORD, now=clock.now()).email)
        except (registration.RegistrationGone, AlreadyThere) as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["mona@cafe.example"] + ["registration_gone"] * 5
    assert people(site) == (1, 1, 0)
