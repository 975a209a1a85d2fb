"""Changing the key that seals fields: everything sealed, in every schema, goes under the first key of FIELD_KEYS.

Batched, and safe to repeat: what is under the first key already is passed by. Rows are locked while they are rewritten,
so a change that a person makes meanwhile is not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction

from agents.payments.queries import keys
from kernel import crypto
from messaging.meta.services import account, inbox
from messaging.services import queue
from tenants.queries import sites
from tenants.walls import wall

BATCH = 500
Again = Callable[[str], "str | None"]


@dataclass(frozen=True)
class Sealed:
    """A sealed column. `names` are the sealed entries of a JSON column. History (`append_only`) cannot be rewritten.
    `consoles`: of a table in `public` that the console alone sees."""

    model: str
    column: str
    field: str
    names: tuple[str, ...] = ()
    append_only: bool = False
    consoles: bool = False

    def stands_in(self, kind: str) -> bool:
        """Whether a schema of this kind has rows of it, in tables of its own or in `public`."""
        app = apps.get_model(self.model)._meta.app_config.name
        types = settings.TENANT_TYPES
        return app in types[kind]["APPS"] or (app in types["public"]["APPS"] and not (self.consoles and kind == "site"))


SEALED = [
    Sealed("merchants.Customer", "phone_sealed", "phone"),
    Sealed("merchants.Customer", "birthday_sealed", "birthday"),
    Sealed("merchants.CustomerEdit", "before_sealed", "customer_edit", append_only=True),
    Sealed("merchants.Registration", "details", "registration"),
    Sealed("mfa.Authenticator", "data", "mfa", names=("secret", "seed")),
    Sealed("payments.PaymentSettings", "secret_sealed", keys.SECRET),
    Sealed("payments.PaymentSettings", "webhook_secret_sealed", keys.WEBHOOK_SECRET),
    Sealed("meta.MetaAccount", "token_sealed", account.TOKEN, consoles=True),
    Sealed("meta.MetaAccount", "app_secret_sealed", account.APP_SECRET, consoles=True),
    Sealed("meta.MetaAccount", "verify_token_sealed", account.VERIFY_TOKEN, consoles=True),
    Sealed("meta.Arrival", "payload_sealed", inbox.PAYLOAD),
    Sealed("messaging.Message", "to_sealed", queue.TO),
    Sealed("messaging.Message", "secret_sealed", queue.SECRET),
    Sealed("codes.PhoneCode", "secret_sealed", "phone_code"),
]


@dataclass(frozen=True)
class Outcome:
    """What was done in one column of one schema. `left`: rows that stay under an older key."""

    site: Any
    sealed: Sealed
    done: int
    left: int


def rotate() -> Iterator[Outcome]:
    """Every sealed column of every schema, one after another. Raises crypto.CannotOpen where a key is missing."""
    for site in [sites.console(), *sites.list_sites()]:
        for sealed in SEALED:
            if sealed.stands_in(site.type):
                with wall(site, "master" if site.type == "master" else "site"):
                    yield Outcome(site, sealed, *_column(site, sealed))


def _column(site: Any, sealed: Sealed) -> tuple[int, int]:
    """How many rows were rewritten, and how many cannot be."""
    done = left = 0
    last: Any = None
    while True:
        with transaction.atomic():
            rows = apps.get_model(sealed.model)._default_manager.order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            batch = list(rows[:BATCH] if sealed.append_only else rows.select_for_update()[:BATCH])
            changed = [row for row in batch if _row(row, site, sealed)]
            if sealed.append_only:
                left += len(changed)
            else:
                for row in changed:
                    row.save(update_fields=[sealed.column])
                done += len(changed)
        if len(batch) < BATCH:
            return done, left
        last = batch[-1].pk


def _row(row: Any, site: Any, sealed: Sealed) -> bool:
    """Put a row's value under the first key; whether that changed it."""
    value = getattr(row, sealed.column)

    def again(text: str) -> str | None:
        return crypto.resealed(text, site_id=site.id, field=sealed.field) if text else None

    fresh = _entries(value, sealed.names, again) if sealed.names else again(value)
    if fresh is None:
        return False
    setattr(row, sealed.column, fresh)
    return True


def _entries(value: dict[str, Any], names: tuple[str, ...], again: Again) -> dict[str, Any] | None:
    fresh = {name: text for name in names if name in value and (text := again(value[name])) is not None}
    return {**value, **fresh} if fresh else None
