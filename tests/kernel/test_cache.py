"""The cache with Valkey, and without: then it keeps nothing, says so once, and refuses nobody but who guesses."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from structlog.testing import capture_logs

from kernel.cache import ValkeyCache
from tenants.walls import wall
from tests import factories
from tests.accounts.conftest import client_of, sign_in

__all__ = ["client_of"]


@pytest.fixture
def site_wall(ada_site):
    with wall(ada_site, "site"):
        yield


def test_with_valkey_it_keeps_what_it_is_given(site_wall):
    cache.set_many({"one": 1, "two": 2})

    assert (cache.get("one"), cache.get_many(["one", "two"])) == (1, {"one": 1, "two": 2})
    assert (cache.add("one", 3), cache.add("three", 3), cache.incr("three")) == (False, True, 4)
    assert ("two" in cache, cache.touch("two", 60), cache.delete("two"), "two" in cache) == (True, True, True, False)


def test_without_valkey_every_call_answers_as_if_nothing_were_kept(site_wall, no_valkey):
    cache.set("one", 1)

    assert (cache.get("one"), cache.get("one", "nothing"), cache.get_many(["one"])) == (None, "nothing", {})
    assert (cache.add("one", 1), "one" in cache, cache.touch("one"), cache.delete("one")) == (False,) * 4
    assert cache.set_many({"one": 1}) == ["one"]
    assert cache.get_or_set("one", 1) == 1
    with pytest.raises(ValueError, match="nothing is kept"):
        cache.incr("one")
    assert cache.delete_many(["one"]) is None
    assert cache.clear() is None


def test_the_log_is_told_once_and_without_the_key(site_wall, no_valkey, monkeypatch):
    monkeypatch.setattr(ValkeyCache, "_told_at", -1e9)

    with capture_logs() as told:
        for _ in range(3):
            cache.get("a-sessions-key")

    assert told == [{"event": "cache unavailable", "reason": "ConnectionError", "log_level": "error"}]


def test_without_valkey_whoever_is_signed_in_stays_so_and_nobody_tries_passwords(ada_site, client_of, request):
    with wall(ada_site, "site"):
        person = factories.make_staff()
    inside, outside = sign_in(client_of("ada"), person.email), client_of("ada")

    request.getfixturevalue("no_valkey")
    tried = outside.post("/account/login/", {"login": person.email, "password": factories.PASSWORD})

    assert inside.get("/office/").status_code == 200
    assert tried.status_code == 429
    assert outside.get("/office/").status_code == 302
