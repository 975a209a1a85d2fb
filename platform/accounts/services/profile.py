"""What a person may change of the own account."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from accounts.services import audit


def rename(*, user: User, name: str, actor: Actor, now: dt.datetime) -> None:
    """Change the name that others see."""
    with transaction.atomic():
        before = user.name
        user.name = name
        user.save(update_fields=["name"])
        audit.record("account.renamed", user, actor=actor, now=now, before={"name": before}, after={"name": name})
