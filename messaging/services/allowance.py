"""How many messages a merchant's business may start now. What waits in the queue for more than a day or two is of no
use to anybody, and holds credits and coupons meanwhile: so no more is queued than will go out."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet

from messaging import sources
from messaging.choices import State, Type
from messaging.meta.errors import NotConnected
from messaging.meta.queries import senders
from messaging.meta.services import account
from messaging.models import Message
from messaging.services import pacing
from tenants.walls import current_site


def is_sending(*, now: dt.datetime) -> bool:
    """Whether messages of the open site go out now: its number is on, and Meta answers and takes the
    platform's token."""
    sender = senders.mine()
    if not current_site().is_open or sender is None or not sender.sends(now) or pacing.rests(sender, now=now):
        return False
    try:
        account.client()
    except NotConnected:
        return False
    return True


def countries() -> list[str]:
    """The countries that the open site's number sends to; none: to all."""
    sender = senders.mine()
    return sender.countries if sender else []


def left(merchant_id: uuid.UUID, *, now: dt.datetime) -> int | None:
    """To how many more people the merchant may start BI messages now: its share of what Meta's limit of the day leaves,
    without those who wait already. None: Meta has no limit."""
    sender = senders.mine()
    if sender is None or sender.users_per_day is None:
        return None
    room = pacing.room_for(sender, sorted(_payers(merchant_id)), now=now)[merchant_id]
    return max(0, room - _waiting().filter(payer=merchant_id).count())


def a_day(merchant_id: uuid.UUID, *, now: dt.datetime) -> int | None:
    """To about how many people in a day the merchant may send BI messages. None: Meta has no limit."""
    sender = senders.mine()
    return pacing.day_share(sender, _payers(merchant_id), now=now) if sender else None


def _payers(merchant_id: uuid.UUID) -> set[uuid.UUID]:
    """Whoever has something waiting shares the day, and this merchant."""
    return {merchant_id, *_waiting().order_by().values_list("payer", flat=True).distinct()}


def _waiting() -> QuerySet[Message]:
    """What is to go out: not what waits until a person lets its automation or campaign go on."""
    queued = Message.objects.filter(type=Type.BI, state=State.QUEUED)
    found = queued.order_by().values_list("automation_id", flat=True).distinct()
    return queued.exclude(automation_id__in=sources.resting([source_id for source_id in found if source_id]))
