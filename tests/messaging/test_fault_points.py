"""The database goes away between any two parts of a step: all of the step is undone, and it can be taken again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError

from accounts.models import AuditEvent
from accounts.services import audit
from credits.models import Entry, Hold
from credits.services import holds, ledger
from kernel.models import OutboxEvent
from kernel.services import outbox
from merchants.models import Coupon
from merchants.services import holding
from messaging.choices import Trigger
from messaging.consent.models import Suppression
from messaging.consent.services import consent
from messaging.meta.news import Status
from messaging.models import Message
from messaging.services import outcomes, queue, statuses, sweeping
from tests.factories import NOW
from tests.messaging.test_statuses import post

pytestmark = pytest.mark.usefixtures("proved")
KEPT = (Entry, Hold, OutboxEvent, Suppression, AuditEvent)
LATER = NOW + dt.timedelta(days=40)


class Cast:
    """A gift under way, a batch of it, and its wallet: all that a step may move."""

    def __init__(self, phone):
        self.phone = phone
        self.customer, self.batch = phone.customer(), phone.batch(per_customer_limit=2)
        self.gift = self.queue("first")

    def queue(self, key):
        return self.phone.queued(Trigger.BIRTHDAY, key=key, customer_id=self.customer.id, batch_id=self.batch.id)

    def state(self):
        """Everything that a step may touch, as it stands in the database."""
        return [
            list(Message.objects.order_by("id").values_list("id", "state", "charge", "coupon", "turn", "history")),
            list(Coupon.objects.order_by("id").values_list("id", "state", "customer", "taken_at", "ordinal")),
            [list(table.objects.order_by("id").values_list("id", flat=True)) for table in KEPT],
            self.phone.wallet("wa_bi"),
        ]

    def told(self, word, code=None):
        """What Meta says of the one post of the gift."""
        status = Status(
            wamid="wamid.1", status=word, at=NOW, callback=f"{self.gift.id}:1", recipient="", user_id="", code=code,
            title="", category="", pricing_type="", billable=None,
        )  # fmt: skip
        statuses.apply(status, now=NOW, random=lambda: 0.5)

    def settle(self, *, send_again):
        owner = self.phone.shop.owner
        outcomes.settle_by_person(self.gift.id, send_again=send_again, actor=owner, now=NOW)


@pytest.fixture
def cast(phone):
    return Cast(phone)


def under_way(cast):
    post(cast.gift, 1)


def arrived(cast):
    post(cast.gift, 1)
    cast.told("sent")


def given_up(cast):
    Message.objects.filter(id=cast.gift.id).update(state="unknown", turn=1)


def nothing(cast):
    pass


STEPS = {
    # what is done: how it stands before, the act, the calls between whose parts it can break
    "a message is queued": (
        nothing, lambda cast: cast.queue("second"),
        [(queue, "_give_coupon"), (holding, "hold"), (Message, "save"), (holds, "hold"), (outbox, "emit")],
    ),
    "Meta says sent": (
        under_way, lambda cast: cast.told("sent"),
        [(holding, "take"), (holds, "release"), (ledger, "post"), (holds, "spend"), (Message, "save")],
    ),
    "Meta says failed": (
        under_way, lambda cast: cast.told("failed", 131026),
        [(holding, "free"), (Message, "save"), (holds, "release")],
    ),
    "Meta says failed for now": (under_way, lambda cast: cast.told("failed", 131000), [(Message, "save")]),
    "Meta says that the person wants none": (
        under_way, lambda cast: cast.told("failed", 131050),
        [(holding, "free"), (Message, "save"), (holds, "release"), (consent, "opt_out_number"), (outbox, "emit")],
    ),
    "Meta says failed after sent": (
        arrived, lambda cast: cast.told("failed", 131026), [(ledger, "post"), (holds, "give_back"), (Message, "save")]
    ),
    "it is too old": (
        nothing, lambda _cast: sweeping.sweep(now=LATER), [(holding, "free"), (Message, "save"), (holds, "release")]
    ),
    "a person gives it up": (
        given_up, lambda cast: cast.settle(send_again=False),
        [(holding, "free"), (Message, "save"), (holds, "release"), (audit, "record")],
    ),
    "a person sends it again": (
        given_up, lambda cast: cast.settle(send_again=True), [(Message, "save"), (outbox, "emit"), (audit, "record")]
    ),
}  # fmt: skip
POINTS = [
    pytest.param(what, where, name, when, id=f"{what}: {when} {where.__name__.rpartition('.')[2]}.{name}")
    for what, (_before, _act, calls) in STEPS.items()
    for where, name in calls
    for when in ("before", "after")
]


def broken(whole, when):
    """The same function, with a database that is gone before it or after it."""

    def call(*args, **kwargs):
        if when == "after":
            whole(*args, **kwargs)
        raise OperationalError("the server closed the connection")

    return call


@pytest.mark.parametrize(("what", "where", "name", "when"), POINTS)
def test_a_step_that_breaks_leaves_nothing_and_can_be_taken_again(cast, monkeypatch, what, where, name, when):
    before, act, _calls = STEPS[what]
    before(cast)
    stood = cast.state()

    with monkeypatch.context() as patched:
        patched.setattr(where, name, broken(getattr(where, name), when))
        with pytest.raises(OperationalError):
            act(cast)
    left = cast.state()
    act(cast)

    assert left == stood
    assert cast.state() != stood
