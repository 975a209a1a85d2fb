"""Identifiers: UUID version 7 (RFC 9562), sortable by creation time."""

from __future__ import annotations

import datetime as dt
import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def uuid_or_none(text: object) -> uuid.UUID | None:
    """`text` as a UUID, or None where it is none."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def first_id(moment: dt.datetime) -> uuid.UUID:
    """The smallest UUIDv7 of a moment: ids that were made before it are smaller."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
