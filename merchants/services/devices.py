"""Tills and tablets: paired once with a code that is shown once, named, revocable.

The merchant makes a device and reads its code out; whoever stands at the till types it, and the browser there gets a
token. Only hashes are kept. `pair` and `by_token` run at the door (level site), because the device is nobody yet.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel import crypto
from kernel.errors import DomainError, NotFound
from merchants import locks
from merchants.models import Branch, Device
from merchants.serials import ALPHABET, normalise

CODE_LENGTH = 8
CODE_VALID = dt.timedelta(minutes=15)
SEEN_EVERY = dt.timedelta(minutes=1)


class PairingRefused(DomainError):
    """The code is wrong, used or too old; which of them is not told."""

    code = "pairing_refused"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("This code does not work. Codes are good for 15 minutes and once; ask for a new one."))


def create(*, branch_id: uuid.UUID, name: str, kind: str, actor: Actor, now: dt.datetime) -> tuple[Device, str]:
    """Announce a device; returns it with its pairing code, which is shown this once. Raises NotAllowed, NotFound."""
    must(actor, "device.manage")
    branch = Branch.objects.filter(id=branch_id, active=True).first()
    if branch is None:
        raise NotFound(_("There is no such branch."))
    code = _new_code()
    with transaction.atomic():
        device = Device.objects.create(
            merchant_id=branch.merchant_id, branch=branch, name=name.strip()[:80], kind=kind, created_at=now,
            pairing_hash=_hash(code), pairing_expires_at=now + CODE_VALID,
        )  # fmt: skip
        audit.record("device.create", device, actor=actor, now=now, after={"name": device.name, "branch": branch.name})
    return device, code


def renew_code(*, device_id: uuid.UUID, actor: Actor, now: dt.datetime) -> tuple[Device, str]:
    """A new pairing code for a device; the one that is paired now stays so until the code is used."""
    must(actor, "device.manage")
    code = _new_code()
    with transaction.atomic():
        device = locks.device(device_id)
        if device.revoked_at:
            raise NotFound(_("This device was revoked. Add it anew."))
        device.pairing_hash, device.pairing_expires_at = _hash(code), now + CODE_VALID
        device.save(update_fields=["pairing_hash", "pairing_expires_at"])
        audit.record("device.code", device, actor=actor, now=now)
    return device, code


def rename(*, device_id: uuid.UUID, name: str, actor: Actor, now: dt.datetime) -> Device:
    must(actor, "device.manage")
    with transaction.atomic():
        device = locks.device(device_id)
        before, device.name = device.name, name.strip()[:80]
        device.save(update_fields=["name"])
        audit.record(
            "device.rename", device, actor=actor, now=now, before={"name": before}, after={"name": device.name}
        )
    return device


def revoke(*, device_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Device:
    """Shut a device out at once; its token opens nothing any more."""
    must(actor, "device.manage")
    with transaction.atomic():
        device = locks.device(device_id)
        if device.revoked_at is None:
            device.revoked_at, device.token_hash, device.pairing_hash = now, None, ""
            device.save(update_fields=["revoked_at", "token_hash", "pairing_hash"])
            audit.record("device.revoke", device, actor=actor, now=now)
    return device


def pair(*, code: str, now: dt.datetime) -> tuple[Device, str]:
    """Trade a pairing code for the device's token, once. Raises PairingRefused. Runs at level site, throttled there."""
    typed = normalise(code)
    with transaction.atomic():
        device = locks.waiting_device(_hash(typed), now) if len(typed) == CODE_LENGTH else None
        if device is None:
            raise PairingRefused()
        token = secrets.token_urlsafe(32)
        device.token_hash, device.pairing_hash, device.pairing_expires_at = crypto.token_hash(token), "", None
        device.paired_at = device.last_seen_at = now
        device.save(update_fields=["token_hash", "pairing_hash", "pairing_expires_at", "paired_at", "last_seen_at"])
        audit.record("device.pair", device, actor=Actor("device", device.name, device.id), now=now)
    return device, token


def by_token(token: str, *, now: dt.datetime | None = None) -> Device | None:
    """The paired device that holds `token`, with its branch; None for a revoked one. Runs at level site.

    With `now` its last sign of life is noted, at most once a minute.
    """
    if not token:
        return None
    device = (
        Device.objects.select_related("branch")
        .filter(token_hash=crypto.token_hash(token), revoked_at=None, branch__active=True)
        .first()
    )
    if device and now and (device.last_seen_at is None or now - device.last_seen_at > SEEN_EVERY):
        Device.objects.filter(id=device.id).update(last_seen_at=now)
    return device


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """The code as it is read out: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def _hash(code: str) -> str:
    return crypto.token_hash(f"pairing:{code}")
