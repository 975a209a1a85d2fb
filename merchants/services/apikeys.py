"""Keys of a merchant's own systems: shown once, scoped, with an end, revocable."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor, must
from accounts.services import audit
from kernel import crypto
from kernel.errors import DomainError
from merchants import locks
from merchants.models import ApiKey

PREFIX = "ck_"
SCOPES = {
    "batches:read": gettext_lazy("See batches"),
    "batches:write": gettext_lazy("Generate batches"),
    "coupons:read": gettext_lazy("Look up coupons"),
    "coupons:claim": gettext_lazy("Claim coupons for customers"),
    "coupons:redeem": gettext_lazy("Redeem coupons"),
    "wallets:read": gettext_lazy("See wallets"),
}


class BadScopes(DomainError):
    code = "bad_scopes"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("Choose at least one thing the key may do."), field="scopes")


def create(
    *, name: str, scopes: Collection[str], actor: Actor, now: dt.datetime, expires_at: dt.datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key; the second value is the key itself, which is shown this once. Raises NotAllowed, BadScopes."""
    must(actor, "apikey.manage")
    assert actor.merchant_id is not None
    chosen = sorted(set(scopes))
    if not chosen or not set(chosen) <= set(SCOPES):
        raise BadScopes()
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            merchant_id=actor.merchant_id, name=name.strip()[:80], prefix=secret[:12],
            key_hash=crypto.token_hash(secret), scopes=chosen, created_at=now, created_by=actor.id,
            expires_at=expires_at,
        )  # fmt: skip
        audit.record("apikey.create", key, actor=actor, now=now, after={"name": key.name, "scopes": chosen})
    return key, secret


def revoke(*, key_id: uuid.UUID, actor: Actor, now: dt.datetime) -> ApiKey:
    """End a key at once. Raises NotAllowed, NotFound."""
    must(actor, "apikey.manage")
    with transaction.atomic():
        key = locks.api_key(key_id)
        if key.revoked_at is None:
            key.revoked_at = now
            key.save(update_fields=["revoked_at"])
            audit.record("apikey.revoke", key, actor=actor, now=now)
    return key
