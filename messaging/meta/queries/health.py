"""What is wrong with the numbers, for whoever looks after them. On the console."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from enum import StrEnum

from messaging.meta.choices import LOW, WELL, SenderState
from messaging.meta.models import Sender
from messaging.meta.queries import templates

# Who asked for something has turned away by then.
LATE = dt.timedelta(minutes=15)
REMEMBERED = dt.timedelta(days=7)  # how long a limit that fell is pointed at
HOUR = dt.timedelta(hours=1)
TRYING = dt.timedelta(seconds=15)  # after a rest, until somebody sends the message that tries


class Trouble(StrEnum):
    """What a person should look at."""

    PAUSED = "paused"
    STATUS = "status"
    QUALITY = "quality"
    LIMIT = "limit"
    TEXTS = "texts"
    WAITING = "waiting"
    CEILING = "ceiling"


def troubles(senders: Iterable[Sender], *, now: dt.datetime) -> list[tuple[Sender, list[Trouble], int]]:
    """Those of `senders` with something wrong: what it is, and how many of the site's texts are lost. One query."""
    lost = templates.lost_by_site()
    found = [(sender, _of(sender, lost, now), lost.get(sender.site_id, 0)) for sender in senders]
    return [one for one in found if one[1]]


def _of(sender: Sender, lost: dict[uuid.UUID, int], now: dt.datetime) -> list[Trouble]:
    if sender.state == SenderState.OFF:
        return []  # somebody wants it so
    said = {
        Trouble.PAUSED: not sender.sends(now),
        Trouble.STATUS: sender.status not in WELL,
        Trouble.QUALITY: sender.quality == LOW,
        Trouble.LIMIT: _since(sender.limit_fell_at, now) < REMEMBERED,
        Trouble.TEXTS: bool(lost.get(sender.site_id)),
        # One that rests has its queue by right.
        Trouble.WAITING: bool(sender.waiting) and sender.sends(now) and _since(sender.waiting_since, now) > LATE,
        Trouble.CEILING: _since(sender.ceiling_told_at, now) < HOUR,
    }
    return [trouble for trouble, is_so in said.items() if is_so]


def tries_again(sender: Sender, *, now: dt.datetime) -> bool:
    """Whether it rests for a moment, or has just rested, because Meta gave no answer of use. Nobody has to look."""
    return sender.sends(now) and sender.rests_until is not None and sender.rests_until > now - TRYING


def _since(moment: dt.datetime | None, now: dt.datetime) -> dt.timedelta:
    return now - moment if moment else dt.timedelta.max
