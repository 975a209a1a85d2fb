"""Every URL, every role, own and foreign objects: generated from the URL resolver.

What a role may see follows from the verb that the view names and the one permission table. A URL with an argument
that nobody said how to fill fails: `tests/guards/world.py` is where to say it.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts import permissions
from accounts.roles import MerchantRole, StaffRole
from tenants.queries import sites
from tests import cluster
from tests.guards.world import MAY_BE_ABSENT, NO_RESULT_YET, VISITOR, Url, World, all_urls


def address(url: Url, arguments: dict[str, Any]) -> str:
    from django.urls import reverse

    return reverse(url.name, kwargs={**arguments, **_extra(url)}, urlconf=f"config.urls.{'master' if url.site == 'master' else 'site'}")


def _extra(url: Url) -> dict[str, Any]:
    return {"kind": url.name.removeprefix("legal-")} if url.name.startswith("legal-") else {}


def ask(client: Client, path: str) -> Any:
    """GET, or POST with nothing where the page only takes that. What it did is undone."""
    with transaction.atomic():
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    sites.forget()
    return answer


def is_denied(url: Url, answer: Any) -> bool:
    if url.verb == permissions.PUBLIC:  # a public page may well lead on to sign-in
        return bool(answer.status_code == 403)
    doors = ("/account/login/", "/redeem/sign-in/")  # a till has a door of its own
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith(doors)
    return bool(answer.status_code == 403 or to_sign_in)


def roles_of(url: Url) -> list[str]:
    if url.surface == "door":
        return [VISITOR, "super_admin"]
    if url.verb == permissions.PUBLIC:
        return [VISITOR, "viewer"] if url.site == "master" else [VISITOR, "viewer", "m:owner"]
    if url.site == "master":
        return [VISITOR, *StaffRole.values]
    return [VISITOR, *StaffRole.values, *(f"m:{role}" for role in MerchantRole.values)]


def may(url: Url, who: str) -> bool:
    """What the permission table says."""
    verb = url.verb
    if verb in (permissions.PUBLIC, permissions.SELF):
        return True
    if who == VISITOR:
        return False
    if url.surface == "site" and who.startswith("m:"):
        return False  # and a merchant's people are nobody in the office
    if who.startswith("m:"):
        return permissions.allowed(verb, scope=permissions.MERCHANT, roles=frozenset({who.removeprefix("m:")}))
    if url.site == "ada" and url.surface == "merchant":
        return False  # staff of the site are nobody in a merchant's area
    scope = permissions.CONSOLE if url.site == "master" else permissions.SITE
    return permissions.allowed(verb, scope=scope, roles=frozenset({who}))


def must_be_there(url: Url) -> bool:
    """Whether an own object has to be found: nothing behind it is a file, a token or a proof that this test lacks."""
    return url.surface != "visitor" and url.name not in NO_RESULT_YET and not MAY_BE_ABSENT & set(url.params)


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_every_url_names_a_verb_of_the_table():
    for url in all_urls():
        assert url.verb in {permissions.PUBLIC, permissions.SELF, *permissions.TABLE}, f"{url} names no verb"


@pytest.mark.timeout(600)  # some thousands of requests, in few tests because they share one world
@pytest.mark.parametrize(("site", "half"), [("master", 0), ("master", 1), ("ada", 0), ("ada", 1)])
def test_every_url_answers_every_role_as_the_table_says(world, site, half):
    wrong = []
    urls = [url for url in all_urls() if url.site == site][half::2]
    assert len(urls) > 50
    for url in urls:
        path = address(url, world.fill(url, foreign=False))
        if url.surface == "visitor":
            cluster.flush_valkey()  # guessing is throttled, and this looks like it
        for who in roles_of(url):
            answer = ask(world.client(url.site, who), path)
            if answer.status_code >= 500:
                wrong.append(f"{who}: {path} failed with {answer.status_code}")
            elif url.surface == "door":
                continue  # the pages of sign-in ask for themselves who is there
            elif is_denied(url, answer) == may(url, who):
                wrong.append(f"{who}: {path} answered {answer.status_code}, the table says {may(url, who)}")
            elif answer.status_code == 404 and may(url, who) and must_be_there(url):
                wrong.append(f"{who}: {path} is own, and was not found")
    assert not wrong, "\n".join(wrong)


def test_a_foreign_object_is_not_there_for_those_who_may(world):
    wrong = []
    tried = 0
    for url in all_urls():
        arguments = world.fill(url, foreign=True)
        if url.surface == "door" or arguments == world.fill(url, foreign=False):
            continue
        path = address(url, arguments)
        for who in roles_of(url):
            if not may(url, who):
                continue
            answer = ask(world.client(url.site, who), path)
            tried += 1
            # In public, guessing is throttled before the look-up, and the API asks for a key first.
            if answer.status_code != 404 and not (url.surface == "visitor" and answer.status_code in {401, 429}):
                wrong.append(f"{who}: {path} is foreign and answered {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert tried > 100
