"""How a site's sending is, as the console reads it on its number."""

from __future__ import annotations

import datetime as dt

from messaging.choices import Trigger
from messaging.meta.models import Sender
from messaging.models import Message
from messaging.services import health
from tests.factories import NOW

MINUTE = dt.timedelta(minutes=1)


def counted(now=NOW):
    health.keep(now=now)
    return Sender.objects.get()


def test_what_waits_and_since_when(phone):
    phone.queued()
    later = phone.queued(Trigger.TEST, phone="+966511111111", not_before=NOW + 30 * MINUTE)

    at_once, after = counted(NOW + 20 * MINUTE), counted(NOW + 40 * MINUTE)

    assert (at_once.waiting, at_once.waiting_since, at_once.counted_at) == (1, NOW, NOW + 20 * MINUTE)
    assert (after.waiting, after.waiting_since) == (2, NOW)
    Message.objects.exclude(id=later.id).update(state="sent")
    assert counted(NOW + 40 * MINUTE).waiting_since == NOW + 30 * MINUTE


def test_what_was_put_off_for_want_of_a_text_waits_since_it_was_asked_for(phone):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(due_at=NOW + 10 * MINUTE)

    assert counted(NOW + MINUTE).waiting_since == NOW


def test_the_share_of_failures_is_that_of_the_last_day(phone):
    for state, age in (("delivered", 1), ("read", 2), ("sent", 3), ("failed", 4), ("failed", 25), ("cancelled", 1)):
        message = phone.queued()
        Message.objects.filter(id=message.id).update(state=state, created_at=NOW - age * 60 * MINUTE)

    found = counted()

    assert (found.sent_lately, found.failed_lately, found.failed_share, found.waiting) == (3, 1, 25.0, 0)


def test_where_nothing_was_sent_there_is_no_share(phone):
    assert (counted().failed_share, counted().waiting_since) == (None, None)
