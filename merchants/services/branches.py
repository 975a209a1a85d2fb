"""Stores of a merchant."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import Conflict
from merchants import locks
from merchants.models import Branch, Device

FIELDS = ("name", "name_ar", "address", "city", "time_zone")


class NameTaken(Conflict):
    code = "name_taken"

    def __init__(self) -> None:
        super().__init__(_("There is a branch of this name already."), field="name")


def create(*, actor: Actor, now: dt.datetime, **fields: str) -> Branch:
    """Open a branch. Raises NotAllowed, NameTaken."""
    must(actor, "branch.manage")
    assert actor.merchant_id is not None
    branch = Branch(merchant_id=actor.merchant_id, created_at=now, **fields)
    with transaction.atomic():
        _save(branch)
        audit.record("branch.create", branch, actor=actor, now=now, after=dict(fields))
    return branch


def edit(*, branch_id: uuid.UUID, actor: Actor, now: dt.datetime, **fields: str) -> Branch:
    """Change a branch. Raises NotAllowed, NotFound, NameTaken."""
    must(actor, "branch.manage")
    with transaction.atomic():
        branch = locks.branch(branch_id)
        before = {name: getattr(branch, name) for name in fields}
        for name, value in fields.items():
            setattr(branch, name, value)
        _save(branch)
        if before != fields:
            audit.record("branch.edit", branch, actor=actor, now=now, before=before, after=dict(fields))
    return branch


def close(*, branch_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Branch:
    """Close a branch: it leaves the public pages, and its devices are revoked."""
    must(actor, "branch.manage")
    with transaction.atomic():
        branch = locks.branch(branch_id)
        if branch.active:
            branch.active = False
            branch.save(update_fields=["active"])
            revoked = Device.objects.filter(branch=branch, revoked_at=None).update(
                revoked_at=now, token_hash=None, pairing_hash=""
            )
            audit.record(
                "branch.close", branch, actor=actor, now=now, before={"active": True},
                after={"active": False, "devices_revoked": revoked},
            )  # fmt: skip
    return branch


def reopen(*, branch_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Branch:
    """Open a closed branch again. Its devices are paired anew."""
    must(actor, "branch.manage")
    with transaction.atomic():
        branch = locks.branch(branch_id)
        if not branch.active:
            branch.active = True
            branch.save(update_fields=["active"])
            audit.record(
                "branch.reopen", branch, actor=actor, now=now, before={"active": False}, after={"active": True}
            )
    return branch


def _save(branch: Branch) -> None:
    try:
        with transaction.atomic():
            branch.save()
    except IntegrityError as error:
        raise NameTaken() from error
