"""Write the audit trail, in the transaction of the change itself."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.models import AuditEvent


def record(
    verb: str,
    thing: models.Model,
    *,
    actor: Actor,
    now: dt.datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    merchant_id: uuid.UUID | None = None,
) -> AuditEvent:
    """Note that `actor` did `verb` to `thing`. Of `before` and `after` only what differs is kept, as text."""
    before, after = before or {}, after or {}
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    return AuditEvent.objects.create(
        at=now,
        actor_id=actor.id,
        actor_kind=actor.kind,
        actor_label=actor.label[:120],
        verb=verb,
        object_type=str(thing._meta.model_name),
        object_id=thing.pk,
        object_label=str(thing)[:160],
        merchant_id=merchant_id or getattr(thing, "merchant_id", None) or actor.merchant_id,
        before={name: _plain(before.get(name)) for name in sorted(changed)},
        after={name: _plain(after.get(name)) for name in sorted(changed)},
        reason=reason[:300],
        request_id=actor.request_id,
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str | list) else str(value)
