"""API keys: looked up at the door, used at level merchant."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest

from accounts.actors import Actor
from accounts.permissions import MERCHANT
from accounts.roles import MerchantRole
from kernel import crypto
from merchants.models import ApiKey, Merchant

USED_EVERY = dt.timedelta(minutes=1)
LONGEST = 200


def key_in(request: HttpRequest) -> str:
    """The key of a request: `X-API-Key`, or `Authorization: Bearer`."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    found = request.headers.get("X-API-Key", "") or (token if scheme.lower() == "bearer" else "")
    return found.strip()[:LONGEST]


def find(secret: str, *, now: dt.datetime) -> ApiKey | None:
    """The key behind a secret, if it counts; its use is noted once a minute. Runs at the door (level site)."""
    if not secret:
        return None
    key = ApiKey.objects.select_related("merchant").filter(key_hash=crypto.token_hash(secret), revoked_at=None).first()
    if key is None or (key.expires_at and key.expires_at <= now):
        return None
    if key.merchant.state in {Merchant.State.SUSPENDED, Merchant.State.ARCHIVED}:
        return None
    if key.last_used_at is None or now - key.last_used_at > USED_EVERY:
        ApiKey.objects.filter(id=key.id).update(last_used_at=now)
    return key


def actor_of(key: ApiKey, request_id: str) -> Actor:
    """Whom services and the audit trail see. What it may do the key's scopes narrow further."""
    return Actor(
        "api", key.name, key.id, MERCHANT, frozenset({MerchantRole.MANAGER}), key.merchant_id, request_id=request_id
    )
