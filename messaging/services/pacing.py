"""How fast: Meta's limits per number and per person, and fair shares of its limit on people in a day.

The number's bucket is asked in Valkey together with the person's, and both give or neither. A bucket may give its whole
content at once and refills meanwhile, so it holds a tenth of a second at nine tenths of the speed: no second has more
messages than Meta allows. When Valkey does not answer, the database keeps the number's pace, at half the speed.

While Meta itself gives no answer of use, the number rests, and then tries one message before the others: what is posted
into such a trouble ends as unknown, and waits for a person.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from django.db import connection
from django.db.models import Count

from kernel import limits
from kernel.ids import uuid7
from kernel.limits import Bucket
from messaging.choices import Type
from messaging.meta.models import Sender
from messaging.meta.queries import senders
from messaging.models import Message
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")
# Meta lets one person have a message every six seconds, and 45 in a burst; five in a burst are enough for us.
PAIR_LIMIT, PAIR_SECONDS = 5, 30
SLOW_FOR = 30  # seconds at half the speed after Meta said it was too fast
REST = dt.timedelta(seconds=30)  # how long it sends nothing after answers of no use alone
LOST_FOR = 120  # seconds without an answer, after which what was lost before counts no more
TOO_FAST = frozenset({4, 80007, 130429})  # Meta's codes
ONE_SENDS = 200  # messages a second, in words; with pictures fewer, but then so few numbers are as fast
DAY = dt.timedelta(days=1)
# Of the people Meta lets us write to in a day, this much is for BI; the rest stays for who asks for something.
BI_SHARE = 0.8
TRUSTED = 20  # seconds for which a day's people are not counted again at most
_STEP = """
INSERT INTO messaging_pace (id, number, next_at) VALUES (%s, %s, %s)
ON CONFLICT (number) DO UPDATE SET next_at = excluded.next_at WHERE messaging_pace.next_at <= %s
RETURNING next_at
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether one message may go now. Else `wait`, in seconds, and whether it is the person's turn (`pair`) that is
    not yet or the whole number's."""

    now: bool
    wait: float = 0.0
    pair: bool = False


class Pace:
    """One round's questions. Once Valkey did not answer, the database keeps the pace of the rest of the round: the
    messages asked about are locked, and must not wait for one silence after the other."""

    def __init__(self, sender: Sender, *, now: dt.datetime) -> None:
        self.sender, self.now, self.speed, self.is_silent = sender, now, speed_of(sender), False

    def ask(self, recipient: bytes) -> Turn:
        """Take a turn for one message, of the number and of the person, or of neither."""
        if not self.is_silent:
            key = self.sender.phone_number_id
            pair = Bucket("wa.pair", f"{key}/{recipient.hex()}", PAIR_LIMIT, PAIR_SECONDS)
            number = number_bucket(key, self.speed)
            try:
                verdict = limits.allow(number, pair, site_id=current_site().id, now=self.now, closed=True)
            except limits.Unavailable:
                self.is_silent = True
            else:
                wait = 0.0 if verdict.allowed else max(verdict.wait, 0.001)
                return Turn(now=verdict.allowed, wait=wait, pair=verdict.bucket == "wa.pair")
        return _ask_database(self.sender, recipient, self.now)


def number_bucket(key: str, per_second: float) -> Bucket:
    """A tenth of a second's messages, refilled at nine tenths of the speed."""
    burst = max(1, int(per_second / 10))
    rate = max(per_second - burst, per_second / 2)
    return Bucket(f"wa.number.{per_second:g}", key, burst, burst / rate)


def runs_needed(sender: Sender | None) -> int:
    """How many at once can use up the number's speed."""
    return 2 if sender and sender.messages_per_second > ONE_SENDS else 1


def speed_of(sender: Sender) -> float:
    """Messages a second, halved for a while after Meta complained."""
    return sender.messages_per_second / (2 if cache.get(_slow(sender.phone_number_id)) else 1)


def slow_down(sender: Sender) -> None:
    """Meta said that it was too fast."""
    cache.set(_slow(sender.phone_number_id), "slow", SLOW_FOR)


def _slow(number: str) -> str:
    return f"wa.slow.{number}"


def note_lost(sender: Sender, count: int) -> int:
    """Of so many more nobody knows what became: how many it is since Meta answered. Without Valkey `count`."""
    found = int(cache.get(_lost(sender), 0)) + count
    cache.set(_lost(sender), found, LOST_FOR)
    return found


def forget_lost(sender: Sender) -> None:
    """Meta answered."""
    cache.delete(_lost(sender))


def _lost(sender: Sender) -> str:
    return f"wa.lost.{sender.phone_number_id}"


def rests(sender: Sender, *, now: dt.datetime) -> bool:
    """Whether it sends nothing for a moment, because Meta gave no answer of use."""
    return sender.rests_until is not None and sender.rests_until > now


def may_try(sender: Sender, *, now: dt.datetime) -> bool:
    """Whether the caller is the one that sends a first message after a rest; it says how that went by `rest`.

    Where it dies instead, somebody else may try a rest later.
    """
    rows = Sender.objects.filter(id=sender.id, rests_until=sender.rests_until)
    return rows.update(rests_until=now + REST) == 1


def rest(sender: Sender, *, until: dt.datetime | None) -> None:
    """Send nothing before `until`, and then one message first. None: as fast as ever."""
    Sender.objects.filter(id=sender.id).update(rests_until=until)


def _ask_database(sender: Sender, recipient: bytes, now: dt.datetime) -> Turn:
    """The same without Valkey: one row a number keeps the pace, the messages themselves say who had one just now."""
    lately = Message.objects.filter(recipient=recipient, claimed_at__gt=now - dt.timedelta(seconds=PAIR_SECONDS))
    if lately.count() >= PAIR_LIMIT:
        return Turn(now=False, wait=PAIR_SECONDS / PAIR_LIMIT, pair=True)
    step = dt.timedelta(seconds=2 / sender.messages_per_second)
    with connection.cursor() as cursor:
        cursor.execute(_STEP, [uuid7(), sender.phone_number_id, now + step, now])
        taken = cursor.fetchone() is not None
    return Turn(now=taken, wait=0.0 if taken else step.total_seconds())


def room_for(sender: Sender, payers: list[uuid.UUID], *, now: dt.datetime) -> dict[uuid.UUID, int]:
    """To how many more people each of these merchants may send a BI message now; nothing where Meta has no limit.

    The limit is one for all numbers of the account. BI's part of it is shared out twice: among the sites that wrote to
    somebody within a day, at least two where there are two; then among the site's merchants who have sent or want to
    send, at least two again. No one merchant, and no one site, can use up what the others will need.
    """
    if sender.users_per_day is None or not payers:
        return {}
    known = cache.get(_room(sender))
    if known is not None and known.keys() >= set(payers):
        return {payer: known[payer] for payer in payers}
    rooms = _rooms(sender, payers, now)
    # Counting a day's people takes long where they are many; but nobody uses up more than half of what is left before
    # they are counted again, even at the number's full speed. Whoever has none left gets none in that time either.
    # Where somebody has less left than a second's messages they are counted every time.
    least = min((room for room in rooms.values() if room), default=TRUSTED * 2 * sender.messages_per_second)
    if seconds := min(TRUSTED, least // (2 * sender.messages_per_second)):
        cache.set(_room(sender), rooms, seconds)
    return rooms


def _rooms(sender: Sender, payers: list[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, int]:
    assert sender.users_per_day is not None
    whole, others, people = int(sender.users_per_day * BI_SHARE), senders.others(now=now), _people(now)
    ours = _ours(sender, others)
    share = _share(ours, {*people, *payers})
    left = max(0, min(ours - sum(people.values()), whole - others.people - count_people(sender, now=now)))
    return {payer: max(0, min(left, share - people.get(payer, 0))) for payer in payers}


def day_share(sender: Sender, payers: Iterable[uuid.UUID], *, now: dt.datetime) -> int | None:
    """To about how many people in a day each of these merchants may send BI messages, as things stand; None: to any."""
    if sender.users_per_day is None:
        return None
    known = cache.get(_writers(sender))
    if known is None:
        known = list(_people(now))
        cache.set(_writers(sender), known, TRUSTED)
    return _share(_ours(sender, senders.others(now=now)), {*known, *payers})


def _people(now: dt.datetime) -> dict[uuid.UUID, int]:
    """To how many people each merchant sent BI messages within a day."""
    lately = Message.objects.filter(type=Type.BI, claimed_at__gt=now - DAY).order_by()
    return dict(lately.values_list("payer").annotate(people=Count("recipient", distinct=True)))


def _ours(sender: Sender, others: senders.Others) -> int:
    """This site's part of what BI messages have of the account's limit."""
    assert sender.users_per_day is not None
    return int(sender.users_per_day * BI_SHARE) // max(others.busy + 1, min(2, others.connected + 1))


def _share(ours: int, payers: set[uuid.UUID]) -> int:
    return max(1, ours // max(2, len(payers)))


def count_people(sender: Sender, *, now: dt.datetime) -> int:
    """To how many people the site wrote within a day; kept on its number's row, where the other sites' shares need it.

    Everybody counts, also who wrote to us first and does not count for Meta: on the safe side.
    """
    lately = Message.objects.filter(claimed_at__gt=now - DAY)
    people = int(lately.aggregate(n=Count("recipient", distinct=True))["n"])
    Sender.objects.filter(id=sender.id).update(people_lately=people, people_counted_at=now)
    return people


def _writers(sender: Sender) -> str:
    return f"wa.writers.{sender.phone_number_id}"


def _room(sender: Sender) -> str:
    return f"wa.room.{sender.phone_number_id}"
