"""The authenticator app inside a site's schema: switched on, asked for, and its secret sealed."""

from __future__ import annotations

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session

from tenants.walls import wall
from tests import factories
from tests.accounts.conftest import sign_in


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def switch_on(client) -> str:
    # A fresh sign-in is not enough for this: whoever walks up to an open screen must not add a phone of their own.
    assert client.get("/account/2fa/totp/activate/")["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": factories.PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    assert page.status_code == 200, page.get("Location")
    secret = page.context["form"].secret
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return str(secret)


def test_sign_in_asks_for_the_code_and_the_secret_is_sealed(ada_site, client_of):
    with wall(ada_site, "site"):
        person = factories.make_staff()
    secret = switch_on(sign_in(client_of("ada"), person.email))
    with wall(ada_site, "site"):
        stored = Authenticator.objects.get(user=person, type="totp").data["secret"]
        assert secret not in stored
    client = client_of("ada")

    first = client.post("/account/login/", {"login": person.email, "password": factories.PASSWORD})

    assert first["Location"].startswith("/account/2fa/authenticate/")
    assert client.get("/office/")["Location"].startswith("/account/login/")
    assert client.get("/account/2fa/authenticate/").status_code == 200
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get("/office/").status_code in {200, 302}


def test_a_recovery_code_lets_in_once(ada_site, client_of):
    with wall(ada_site, "site"):
        person = factories.make_staff()
    owner = sign_in(client_of("ada"), person.email)
    switch_on(owner)
    page = owner.get("/account/2fa/recovery-codes/")
    code = re.search(r'code-text">([0-9a-z]+)<', page.content.decode())[1]

    for works in (True, False):
        client = client_of("ada")
        client.post("/account/login/", {"login": person.email, "password": factories.PASSWORD})
        client.post("/account/2fa/authenticate/", {"code": code})
        assert (client.get("/office/").status_code == 200) is works


def test_a_session_ends_after_twelve_idle_hours_and_goes_on_while_used(ada_site, client_of, settings):
    with wall(ada_site, "site"):
        person = factories.make_staff()
    client = sign_in(client_of("ada"), person.email)
    client.get("/office/")
    with wall(ada_site, "site"):
        session = Session.objects.get()
        left = session.expire_date.timestamp() - time.time()
        assert 11.9 * 3600 < left <= 12 * 3600 + 5
        Session.objects.update(expire_date=session.expire_date.replace(year=2020))
        from django.core.cache import cache

        cache.clear()

    assert client.get("/office/")["Location"].startswith("/account/login/")


def test_one_can_end_ones_own_sessions_and_nobody_elses(ada_site, client_of, staff_of):
    from allauth.usersessions.models import UserSession

    client, person = staff_of("ada")
    other, stranger = staff_of("ada")
    client.get("/account/")
    other.get("/account/")
    with wall(ada_site, "site"):
        foreign = UserSession.objects.get(user=stranger)
        own = UserSession.objects.get(user=person)

    client.post(f"/account/sessions/{foreign.id}/end/")
    assert other.get("/account/").status_code == 200
    assert client.get("/account/sessions/").status_code == 200
    client.post(f"/account/sessions/{own.id}/end/")
    assert client.get("/account/")["Location"].startswith("/account/login/")
