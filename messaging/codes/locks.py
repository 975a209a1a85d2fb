"""The only place where this wing locks rows."""

from __future__ import annotations

import datetime as dt

from messaging.codes.models import PhoneCode


def newest(device_hash: str, now: dt.datetime) -> PhoneCode | None:
    """The newest code of a browser that still counts, locked: two guesses at once are two tries."""
    found = PhoneCode.objects.filter(device_hash=device_hash, used_at=None, expires_at__gt=now)
    return found.select_for_update(no_key=True).order_by("-created_at").first()
