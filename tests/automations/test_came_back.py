"""A recall waits for the morning; who comes in between is not told to have been missed."""

from __future__ import annotations

import datetime as dt

import pytest

from merchants import models as m
from messaging import words
from messaging.choices import State
from messaging.models import Message
from messaging.services import sending
from tests.automations.cast import automation, run, seen
from tests.merchants.cast import states
from tests.messaging.cast import Clock
from tests.messaging.conftest import proved
from tests.standins import whatsapp, whatsapp_process

__all__ = ["proved", "whatsapp", "whatsapp_process"]
TO = "+966500000077"
# Ten in the evening in Riyadh, and ten in the morning after.
EVENING, MORNING = (dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC) for day, hour in ((1, 19), (2, 7)))


@pytest.mark.parametrize(
    ("visit", "state", "error", "posts"),
    [("last_at", "failed", "came_back", 0), ("last_redeemed_at", "failed", "came_back", 0), (None, "accepted", "", 1)],
)
def test_who_came_in_the_meantime_is_not_asked_back(
    phone, whatsapp, proved, plain_pictures, visit, state, error, posts
):
    whatsapp.add_site(phone.shop.site)
    one = automation(phone, "recall")
    customer = seen(phone, 40, phone=TO)
    run(EVENING)
    waiting = Message.objects.get()
    if visit:
        m.MerchantCustomer.objects.filter(customer=customer).update(**{visit: EVENING + dt.timedelta(hours=1)})
    moment = Clock()
    moment.now = MORNING

    sending.run(moment.tools(), seconds=0)

    message = Message.objects.get()
    assert (waiting.state, waiting.due_at) == (State.QUEUED, dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC))
    assert (message.state, message.error, len(whatsapp.messages(TO))) == (state, error, posts)
    if visit:
        assert words.reason(message) == "The customer came back before it went out."
        assert message.charge == "released"
        assert phone.wallet("wa_bi") == (10, 10)
        assert states(one.batch) == {"available": 50}
        assert run(MORNING).sent == 0
