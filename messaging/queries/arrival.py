"""Whether a coupon comes to its customer's WhatsApp, and how far it has come: for the customers' own pages.

Level visitor has no right to messages, so each function opens level site itself, and says only what its page may know.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from credits.choices import CreditUnit
from credits.queries import balances
from kernel import crypto
from merchants.models import Coupon, Merchant
from messaging.choices import ARRIVED, GIFTS, OPEN, STOPPED, State, Trigger
from messaging.consent.queries import register
from messaging.meta.queries import senders
from messaging.models import Message
from messaging.queries.state import switch_of
from tenants.walls import current_site, wall

# A till hands the coupon over itself, and a merchant's own system has its own ways.
TRIGGER_OF = {
    Coupon.Source.CENTRE: Trigger.CLAIM_CENTRE, Coupon.Source.IN_STORE: Trigger.CLAIM_STORE,
    Coupon.Source.PRINTED: Trigger.CLAIM_STORE, Coupon.Source.WHEEL: Trigger.CLAIM_STORE,
}  # fmt: skip
# Who asks again within so long has not waited for the first one.
AWHILE = dt.timedelta(minutes=5)
# So long a claim's message may still be about to be queued; the lucky draw's waits for the wheel, ten minutes at most.
QUEUED_WITHIN, QUEUED_WITHIN_OF_WHEEL = AWHILE, dt.timedelta(minutes=15)

# Most statuses come within seconds: what an hour has not settled waits for a person.
HOPED_FOR = dt.timedelta(hours=1)


class Stage(StrEnum):
    """What a holder is told of a coupon's message. `NONE`: there is none, and none is about to be."""

    NONE = ""
    COMING = "coming"
    SENT = "sent"
    ARRIVED = "arrived"
    UNSURE = "unsure"  # nobody knows, and by now nobody hopes that WhatsApp says it
    FAILED = "failed"
    STOPPED = "stopped"
    ABROAD = "abroad"  # the site's number does not send to this country


class Follows(StrEnum):
    """What may be said of a claim before it: no message follows, one does, or one does where its country is sent to."""

    NO = ""
    SOMEWHERE = "somewhere"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The last message about a coupon. `since`: when it was asked for. `may_ask`: it may be sent (again) now; `again`:
    it has been before."""

    stage: Stage = Stage.NONE
    since: dt.datetime | None = None
    may_ask: bool = False
    again: bool = False


def follows(merchant_id: uuid.UUID) -> Follows:
    """Whether a claim with this merchant is followed by a message: delivery is on, and there is a credit for it."""
    with wall(current_site(), "site"):
        sender = senders.switched_on()
        if sender is None or not _follows(merchant_id):
            return Follows.NO
        return Follows.SOMEWHERE if sender.countries else Follows.ANYWHERE


def promised(coupon_id: uuid.UUID, *, now: dt.datetime) -> bool:
    """Whether a message follows, as far as anybody may know who has the coupon: not whether its holder said STOP."""
    with wall(current_site(), "site"):
        coupon = Coupon.objects.select_related("customer").get(id=coupon_id)
        newest = _newest(coupon)
        if newest is None:
            return _awaited(coupon, now)
        return newest.state != State.CANCELLED or newest.error == STOPPED


def of_coupon(coupon_id: uuid.UUID, *, now: dt.datetime) -> Delivery:
    """What became of its message, for its holder: the caller has checked that this browser proved the number."""
    with wall(current_site(), "site"):
        coupon = Coupon.objects.select_related("customer").get(id=coupon_id)
        newest = _newest(coupon)
        free = coupon.state == Coupon.State.TAKEN and not _is_under_way(coupon, newest, now)
        return Delivery(
            _stage(coupon, newest, now), newest.created_at if newest else coupon.taken_at,
            may_ask=free and _reaches(coupon) and _follows(coupon.merchant_id),
            again=newest is not None and newest.state != State.CANCELLED,
        )  # fmt: skip


def is_under_way(coupon: Coupon, *, now: dt.datetime) -> bool:
    """Whether a message about it is open, is about to be queued, or is so young that another one would be a double.

    At level site.
    """
    return _is_under_way(coupon, _newest(coupon), now)


def _is_under_way(coupon: Coupon, newest: Message | None, now: dt.datetime) -> bool:
    if newest is None:
        return _stage(coupon, None, now) == Stage.COMING
    if newest.state in ARRIVED and newest.created_at > now - AWHILE:
        return True
    # An older one may have been sent after all, once there were credits again.
    return messages_of(coupon).filter(state__in=OPEN).exists()


def _newest(coupon: Coupon) -> Message | None:
    """The last message that brought it, or was to."""
    if coupon.customer is None:
        return None
    found = messages_of(coupon).only("state", "error", "created_at", "claimed_at")
    return found.order_by("-created_at", "-id").first()


def messages_of(coupon: Coupon) -> QuerySet[Message]:
    """Those that bring it. A reminder is about it, and waits for its day.

    So may a gift that holds it: whoever claims it before gets a message of that claim. And a gift that nobody got
    leaves its coupon free, which the same customer may be the next to take: the gift says nothing of that.
    """
    found = Message.objects.filter(coupon_id=coupon.id, customer=coupon.customer).exclude(trigger=Trigger.REMINDER)
    if coupon.taken_at and coupon.source != Coupon.Source.MESSAGE:
        found = found.exclude(trigger__in=GIFTS, state=State.QUEUED)
        over = [State.FAILED, State.CANCELLED]
        found = found.exclude(trigger__in=GIFTS, state__in=over, created_at__lt=coupon.taken_at)
    return found


def _stage(coupon: Coupon, newest: Message | None, now: dt.datetime) -> Stage:
    if newest is None:
        if not _awaited(coupon, now):
            return Stage.ABROAD if _is_abroad(coupon) else Stage.NONE
        assert coupon.customer
        return Stage.STOPPED if register.is_stopped(bytes(coupon.customer.phone_index)) else Stage.COMING
    if newest.error == STOPPED:
        return Stage.STOPPED
    if newest.state == State.UNKNOWN and newest.claimed_at and newest.claimed_at < now - HOPED_FOR:
        return Stage.UNSURE
    if newest.state in OPEN:
        return Stage.COMING
    if newest.state == State.SENT:
        return Stage.SENT
    if newest.state in ARRIVED:
        return Stage.ARRIVED
    return Stage.FAILED if newest.state == State.FAILED else Stage.NONE


def _awaited(coupon: Coupon, now: dt.datetime) -> bool:
    """Whether the message of a claim is about to be queued, STOP aside."""
    if coupon.source not in TRIGGER_OF or coupon.customer is None or coupon.taken_at is None:
        return False
    wheel = coupon.source == Coupon.Source.WHEEL
    if coupon.taken_at < now - (QUEUED_WITHIN_OF_WHEEL if wheel else QUEUED_WITHIN):
        return False
    return _reaches(coupon) and _follows(coupon.merchant_id)


def _reaches(coupon: Coupon) -> bool:
    """Whether the site's number is on, and sends to the country of its customer's."""
    sender, customer = senders.switched_on(), coupon.customer
    if sender is None or customer is None or customer.erased_at is not None:
        return False
    return sender.reaches(crypto.open_sealed(customer.phone_sealed, site_id=current_site().id, field="phone"))


def _is_abroad(coupon: Coupon) -> bool:
    """Whether its message would have followed, and the country is why it does not."""
    return coupon.source in TRIGGER_OF and senders.is_on() and not _reaches(coupon) and _follows(coupon.merchant_id)


def _follows(merchant_id: uuid.UUID) -> bool:
    if not senders.is_on() or not switch_of(merchant_id):
        return False
    if not Merchant.objects.filter(id=merchant_id, state=Merchant.State.ACTIVE).exists():
        return False
    return balances.available_of_merchants([merchant_id], CreditUnit.WA_UI).get(merchant_id, 0) > 0
