"""One history of thirty news in any order, most of them told twice: the books end the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credits.models import Entry
from messaging.choices import Trigger
from messaging.models import Message
from messaging.services import outcomes, statuses
from tests.factories import NOW
from tests.messaging.conftest import prove
from tests.messaging.test_statuses import post, told

FOR_EVER, FOR_NOW = 131026, 131000  # Meta's codes: nobody is there; it passes by itself


@dataclass(frozen=True)
class News:
    """What is told of the `turn`-th post of a message: a status word, or `answer`, Meta's taking it."""

    of: str
    word: str
    code: int | None = None
    turn: int = 1


STORIES = {
    # News of each message, how often each is told, and how the message ends: state, credits moved in sum, its coupon.
    "read": ([News("read", "answer"), *(News("read", word) for word in ("sent", "delivered", "read"))], 2),
    "delivered": ([News("delivered", "sent"), News("delivered", "delivered")], 2),
    "sent, then failed": ([News("sent, then failed", "sent"), News("sent, then failed", "failed", FOR_EVER)], 2),
    "failed": ([News("failed", "failed", FOR_EVER)], 2),
    "told failed, and delivered": (
        [News("told failed, and delivered", word, FOR_EVER if word == "failed" else None)
         for word in ("sent", "failed", "delivered")], 1,
    ),
    "posted twice": (
        [News("posted twice", "failed", FOR_NOW), News("posted twice", "failed", FOR_NOW), News("posted twice", "answer"),
         *(replace(News("posted twice", word), turn=2) for word in ("answer", "sent", "delivered", "read"))], 1,
    ),
    "posted twice, for nothing": (
        [News("posted twice, for nothing", "failed", FOR_NOW), News("posted twice, for nothing", "failed", FOR_EVER, 2)], 1,
    ),
}  # fmt: skip
HISTORY = [news for whole, times in STORIES.values() for news in whole * times]
ENDS = {
    "read": ("read", "spent", -1, "taken"),
    "delivered": ("delivered", "spent", -1, "taken"),
    "failed": ("failed", "released", 0, "available"),
    "told failed, and delivered": ("delivered", "spent", -1, "taken"),
    "posted twice": ("read", "spent", -1, "taken"),
    "posted twice, for nothing": ("failed", "released", 0, "available"),
}
# A coupon whose message was sent is the customer's, whatever is told later; one that was never sent is anybody's.
SENT_THEN_FAILED = {("failed", "returned", 0, "taken"), ("failed", "released", 0, "available")}


@pytest.fixture
def under_way(phone):
    """A gift for each story, posted once."""
    batch = phone.batch(len(STORIES))
    found = {of: phone.queued(Trigger.BIRTHDAY, key=of, batch_id=batch.id).id for of in STORIES}
    for message_id in found.values():
        post(Message(id=message_id), 1)
    return found


def tell(news, message_id, place):
    at, wamid = NOW + dt.timedelta(seconds=place), f"wamid.{message_id}.{news.turn}"
    if news.word == "answer":
        outcomes.accepted([(message_id, news.turn, wamid, "coupon")], now=at)
        return
    status = told(Message(id=message_id), news.word, code=news.code, turn=news.turn, wamid=wamid)
    statuses.apply(status, now=at, random=lambda: 0.5)


def live(order, messages):
    """Tell all of it in this order; what is queued again is posted again, and only then there is news of that post.

    Returns what was posted again, in turn.
    """
    left, again = list(order), []
    for place in range(len(order)):
        news = next(one for one in left if one.turn <= Message.objects.get(id=messages[one.of]).turn)
        left.remove(news)
        tell(news, messages[news.of], place)
        if Message.objects.get(id=messages[news.of]).state == "queued":
            again.append(news.of)
            post(Message(id=messages[news.of]), 2)
    return again


def books(messages):
    """Story → state, charge, credits moved in sum, the coupon's state."""
    found = {}
    for of, message_id in messages.items():
        message = Message.objects.select_related("coupon").get(id=message_id)
        moved = Entry.objects.filter(related_id=message_id).exclude(action="").aggregate(sum=Sum("amount"))["sum"] or 0
        found[of] = (message.state, message.charge, moved, message.coupon.state)
    return found


def test_the_history_has_thirty_news():
    assert len(HISTORY) == 30


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(HISTORY))
def test_the_books_are_the_same_whatever_the_order_of_thirty_news(phone, under_way, order):
    with transaction.atomic():
        again = live(order, under_way)
        ended, wallet = books(under_way), phone.wallet("wa_bi")
        prove()
        transaction.set_rollback(True)

    assert ended.pop("sent, then failed") in SENT_THEN_FAILED
    assert ended == ENDS
    assert sorted(again) == ["posted twice", "posted twice, for nothing"]
    assert wallet == (6, 6)
