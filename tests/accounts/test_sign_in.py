"""Signing in, and what a session is worth elsewhere."""

from __future__ import annotations

import re

from django.core import mail
from django.test import Client

from accounts.actors import Actor
from accounts.services import staff
from tenants.models import Site
from tenants.walls import wall
from tests import cluster, factories
from tests.accounts.conftest import sign_in

HOST = cluster.HOSTS["ada"]


def make_person(site, **fields):
    with wall(site, "site"):
        return factories.make_staff(**fields)


def test_staff_are_sent_to_the_office(ada_site, client_of):
    client = sign_in(client_of("ada"), make_person(ada_site).email)

    answer = client.get("/account/where/")

    assert (answer.status_code, answer["Location"]) == (302, "/office/")


def test_a_cashier_is_sent_to_the_redeem_screen_and_an_owner_to_the_merchant_area(ada_site, client_of):
    with wall(ada_site, "site"):
        merchant = factories.make_merchant()
        cashier = factories.make_member(merchant, "cashier")
        owner = factories.make_member(merchant, "owner")

    assert sign_in(client_of("ada"), cashier.email).get("/account/where/")["Location"] == "/redeem/"
    assert sign_in(client_of("ada"), owner.email).get("/account/where/")["Location"] == "/merchant/"


def test_console_staff_are_sent_to_the_console(staff_of):
    client, _ = staff_of("master")

    assert client.get("/account/where/")["Location"] == "/"


def test_a_wrong_password_signs_nobody_in(ada_site, client_of):
    client = client_of("ada")
    person = make_person(ada_site)

    answer = client.post("/account/login/", {"login": person.email, "password": "wrong"})

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session if client.cookies.get("session") else True


def test_an_inactive_person_cannot_sign_in_and_loses_the_session(ada_site, client_of, staff_of):
    client, user = staff_of("ada", "viewer")
    with wall(ada_site, "site"):
        admin = factories.make_staff()
        staff.deactivate(
            user=user, actor=Actor("staff", "x", admin.id, "site", frozenset({"super_admin"})), now=factories.NOW
        )

    assert client.get("/account/where/")["Location"].startswith("/account/login/")
    again = client_of("ada").post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    assert again.status_code != 302


def test_a_cookie_of_one_site_is_nothing_on_another(staff_of):
    client, _ = staff_of("ada")
    stolen = client.cookies["session"].value
    other = Client(headers={"host": cluster.HOSTS["bob"]})
    other.cookies["session"] = stolen

    assert client.get("/account/").status_code == 200
    assert other.get("/account/")["Location"].startswith("/account/login/")


def test_a_suspended_site_shows_a_neutral_page_and_lets_nobody_sign_in(ada_site, master_site, staff_of, client_of):
    client, user = staff_of("ada")
    with wall(master_site, "master"):
        Site.objects.filter(id=ada_site.id).update(state=Site.State.SUSPENDED)
    from tenants.queries import sites

    sites.forget()

    page = client.get("/account/where/")
    refused = client_of("ada").post("/account/login/", {"login": user.email, "password": factories.PASSWORD})

    assert page.status_code == 503
    assert "Platform" not in page.content.decode()
    assert refused.status_code == 503


def test_a_reset_mail_links_to_the_stored_domain_whatever_the_request_says(ada_site, client_of):
    person = make_person(ada_site)

    client_of("ada").post("/account/password/reset/", {"email": person.email}, headers={"x-forwarded-host": "evil.test"})

    (sent,) = mail.outbox
    links = re.findall(r"https?://([^/\s]+)/", sent.body)
    assert links
    assert {link.split(":")[0] for link in links} == {HOST}
    assert sent.from_email.startswith('"Ada Deals"')
    assert "Platform" not in sent.body + sent.subject
    assert sent.alternatives


def test_the_link_of_a_reset_mail_sets_a_new_password(ada_site, client_of):
    person = make_person(ada_site)
    client = client_of("ada")
    client.post("/account/password/reset/", {"email": person.email})
    path = re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)[1]

    page = client.get(path, follow=True)
    assert page.status_code == 200
    done = client.post(page.request["PATH_INFO"], {"password1": "a new sentence 9", "password2": "a new sentence 9"})

    assert done.status_code == 302
    sign_in(client_of("ada"), person.email, "a new sentence 9")


def test_an_unknown_host_is_nothing_here(db):
    answer = Client(headers={"host": "evil.test"}).get("/account/login/")

    assert answer.status_code == 404


def test_there_is_no_open_sign_up(client_of):
    answer = client_of("ada").get("/account/signup/")

    assert answer["Location"] == "/account/login/"


def test_sign_in_is_throttled(ada_site, client_of):
    person = make_person(ada_site)
    client = client_of("ada")
    for _ in range(6):
        client.post("/account/login/", {"login": person.email, "password": "wrong"})

    answer = client.post("/account/login/", {"login": person.email, "password": factories.PASSWORD})

    assert answer.status_code in {200, 429}
    assert "session" not in client.cookies or not client.session.get("_auth_user_id")
