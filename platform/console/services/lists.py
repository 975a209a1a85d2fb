"""The platform's lists. Codes never change: rows on the sites hold them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from console import locks
from kernel.errors import Conflict
from tenants.models import ListEntry

FIELDS = ("name_en", "name_ar", "position", "enabled")


class CodeTaken(Conflict):
    """The list has an entry of this code."""

    code = "code_taken"

    def __init__(self) -> None:
        super().__init__(_("This list has an entry with this code."), field="code")


def add(*, kind: str, code: str, parent: str, name_en: str, name_ar: str, actor: Actor, now: dt.datetime) -> ListEntry:
    """Add an entry at the end of its list. Raises NotAllowed, CodeTaken."""
    must(actor, "list.manage")
    last = ListEntry.objects.filter(kind=kind).aggregate(last=Max("position"))["last"] or 0
    try:
        with transaction.atomic():
            entry = ListEntry.objects.create(
                kind=kind, code=code, parent=parent, name_en=name_en, name_ar=name_ar, position=last + 1
            )
            audit.record("list.added", entry, actor=actor, now=now, after={"kind": kind, "code": code})
    except IntegrityError as error:
        raise CodeTaken() from error
    return entry


def edit(*, entry: ListEntry, actor: Actor, now: dt.datetime, **values: Any) -> None:
    """Change names, order, or whether it is offered. Raises NotAllowed."""
    must(actor, "list.manage")
    with transaction.atomic():
        row = locks.list_entry(entry.id)
        changed = {name: value for name, value in values.items() if name in FIELDS}
        before = {name: getattr(row, name) for name in changed}
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
        if before != changed:
            audit.record("list.edited", row, actor=actor, now=now, before=before, after=changed)
