"""What came of an automation's messages: every state counts where it belongs, and nowhere else."""

from __future__ import annotations

import uuid

from kernel.ids import uuid7
from merchants.models import Coupon
from messaging.choices import Charge, State, Trigger
from messaging.models import Message
from messaging.queries import results
from messaging.queries.results import Counts
from tests.factories import DAY, NOW

SENT = {State.SENT, State.DELIVERED, State.READ}


def test_each_state_a_redeemed_coupon_and_another_automation_are_counted(phone, django_assert_num_queries):
    mine, other, unheard = uuid7(), uuid7(), uuid7()
    batch = phone.batch(len(State) + 1)
    made = {state: gift(phone, batch, mine) for state in State}
    lone = gift(phone, batch, other)
    for state, message in made.items():
        become(message, state)
    Coupon.objects.filter(id=made[State.READ].coupon_id).update(state="redeemed", redeemed_at=NOW)
    become(lone, State.SENT)

    with django_assert_num_queries(1):
        found = results.of_automations([mine, other, unheard])

    # On the way: queued, being sent, accepted. Whose coupon is whose is decided by what was sent.
    assert found[mine] == Counts(
        waiting=3, unknown=1, parked=1, sent=3, delivered=2, read=1, failed=1, taken_back=1, charged=3, claimed=3,
        redeemed=1,
    )  # fmt: skip
    assert found[mine].recipients == len(State)
    assert found[other] == Counts(sent=1, charged=1, claimed=1)
    assert found[unheard] == Counts()


def test_who_was_written_to_twice_for_one_occasion_counts_once_and_a_period_leaves_the_rest_out(phone):
    mine, batch = uuid7(), phone.batch(3)
    for error in ("sent_anew", "never_posted", ""):
        message = gift(phone, batch, mine)
        become(message, State.FAILED)
        Message.objects.filter(id=message.id).update(error=error, created_at=NOW - DAY if error else NOW)

    assert results.of_automations([mine])[mine] == Counts(failed=2)
    assert results.of_automations([mine], since=NOW)[mine] == Counts(failed=1)


def gift(phone, batch, automation_id: uuid.UUID) -> Message:
    """A queued message of an automation, with its held coupon and credit."""
    return phone.queued(
        Trigger.CAMPAIGN, batch_id=batch.id, automation_id=automation_id, customer_id=phone.customer().id
    )


def become(message: Message, state: State) -> None:
    """As if everything up to `state` had happened."""
    sent = state in SENT
    over = state in {State.FAILED, State.CANCELLED}
    charge = Charge.SPENT if sent else Charge.RELEASED if over else Charge.HELD
    Message.objects.filter(id=message.id).update(state=state, charge=charge, sent_at=NOW if sent else None)
    if sent:
        Coupon.objects.filter(id=message.coupon_id).update(state="taken", taken_at=NOW)
    elif over:
        Coupon.objects.filter(id=message.coupon_id).update(state="available", customer=None, ordinal=None, source="")
