"""A merchant with a key that may do everything, and one that may do nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from kernel import clock, crypto
from merchants import models as m
from tenants.walls import wall
from tests import factories
from tests.cluster import HOSTS

ALL = ["batches:read", "batches:write", "coupons:read", "coupons:claim", "coupons:redeem", "wallets:read"]


class Api:
    """Calls the API as one key."""

    def __init__(self, secret: str, host: str = HOSTS["ada"]) -> None:
        self.secret, self.client, self.host = secret, Client(raise_request_exception=False), host

    def call(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        headers = {"host": self.host, "x-api-key": self.secret} | headers
        if key:
            headers["idempotency-key"] = key
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.generic(method, f"/api/v1/{path}", headers=headers, **data)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, key=key, **headers)


def make_key(merchant: m.Merchant, secret: str, scopes: list[str], **fields: Any) -> m.ApiKey:
    return m.ApiKey.objects.create(
        **{
            "merchant": merchant, "name": "Till system", "prefix": secret[:12], "scopes": scopes,
            "key_hash": crypto.token_hash(secret), "created_at": clock.now(), **fields,
        }
    )  # fmt: skip


def now_batch(merchant: m.Merchant, quantity: int = 5, **fields: Any) -> m.Batch:
    """A batch that is open by the real clock."""
    now = clock.now()
    return factories.make_batch(
        merchant, quantity,
        **{"starts_at": now - factories.DAY, "claim_until": now + 30 * factories.DAY, "created_at": now, **fields},
    )  # fmt: skip


@pytest.fixture
def mona(ada_site: Any) -> m.Merchant:
    with wall(ada_site, "site"):
        return factories.make_merchant("Mona")


@pytest.fixture
def api(ada_site: Any, mona: m.Merchant) -> Api:
    with wall(ada_site, "site"):
        make_key(mona, "ck_mona", ALL)
    return Api("ck_mona")
