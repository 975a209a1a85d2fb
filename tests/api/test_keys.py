"""Who gets in: keys, scopes, ends, other sites, limits."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from merchants import models as m
from tenants.walls import wall
from tests import factories
from tests.api.conftest import Api, make_key
from tests.cluster import HOSTS

PROBLEM = {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}


def test_a_key_counts_as_header_or_bearer(api):
    assert api.get("batches").status_code == 200
    bearer = Api("").get("batches", authorization="Bearer ck_mona")
    assert bearer.status_code == 200


@pytest.mark.parametrize("secret", ["", "ck_wrong", "x" * 5000])
def test_without_a_valid_key_there_is_nothing(api, secret):
    response = Api(secret).get("batches")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert set(response.json()) == PROBLEM
    assert response.json()["request_id"] == response["X-Request-Id"]


@pytest.mark.parametrize(
    "fields",
    [{"revoked_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, {"expires_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}],
)
def test_a_revoked_or_ended_key_is_unknown(ada_site, mona, fields):
    with wall(ada_site, "site"):
        make_key(mona, "ck_old", ["batches:read"], **fields)

    assert Api("ck_old").get("batches").status_code == 401


def test_a_key_of_a_suspended_merchant_is_unknown(ada_site):
    with wall(ada_site, "site"):
        make_key(factories.make_merchant(state="suspended"), "ck_out", ["batches:read"])

    assert Api("ck_out").get("batches").status_code == 401


def test_a_key_is_unknown_on_another_site(api):
    assert Api("ck_mona", HOSTS["bob"]).get("batches").status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "batches"), ("POST", "batches"), ("GET", "batches/btc_1"), ("GET", "coupons/X"), ("POST", "claims"),
        ("GET", "redemptions"), ("POST", "redemptions"), ("POST", "redemptions/rdm_1/undo"), ("GET", "wallets"),
    ],
)  # fmt: skip
def test_each_endpoint_needs_its_scope(ada_site, mona, method, path):
    with wall(ada_site, "site"):
        make_key(mona, "ck_none", [])

    response = Api("ck_none").call(method, path, {} if method == "POST" else None)

    assert response.status_code == 403
    assert "scope" in response.json()["detail"]


def test_another_merchants_things_do_not_exist(api, ada_site):
    with wall(ada_site, "site"):
        foreign = factories.make_batch(factories.make_merchant("Sam"))
        serial = m.Coupon.objects.filter(batch=foreign).first().serial

    assert api.get(f"batches/btc_{foreign.id.hex}").status_code == 404
    assert api.get(f"coupons/{serial}").status_code == 404
    assert api.get("batches").json()["results"] == []


def test_limits_are_said_in_headers_and_hold(api, monkeypatch, still_clock):
    from merchants.api import base

    monkeypatch.setattr(base, "PER_KEY", 3)

    answers = [api.get("wallets") for _ in range(4)]

    assert [a["RateLimit-Remaining"] for a in answers[:3]] == ["2", "1", "0"]
    assert answers[3].status_code == 429
    assert int(answers[3]["Retry-After"]) >= 1
    assert answers[3].json()["code"] == "too_many"


def test_guessing_keys_is_throttled(api, still_clock):
    for _ in range(30):
        assert Api("ck_guess").get("batches").status_code == 401

    assert Api("ck_guess").get("batches").status_code == 429


def test_the_last_use_of_a_key_is_noted_once_a_minute(api, ada_site):
    api.get("wallets")
    with wall(ada_site, "site"):
        first = m.ApiKey.objects.get().last_used_at
    api.get("wallets")

    with wall(ada_site, "site"):
        assert m.ApiKey.objects.get().last_used_at == first
    assert abs((clock.now() - first).total_seconds()) < 60
