"""Who is not reached before the day of the occasion is over is left out by name, and is written to no more."""

from __future__ import annotations

import datetime as dt

import pytest

from merchants import models as m
from messaging.automations.models import Occasion
from messaging.automations.queries import leftouts, recipients
from messaging.automations.services import closing
from messaging.consent.models import OptIn
from messaging.meta.models import Sender
from messaging.models import Message
from tenants.queries import sites
from tenants.walls import wall
from tests import factories
from tests.automations.cast import automation, born, run, written_to
from tests.factories import DAY, NOW

# Nine in the evening in Riyadh, when quiet hours begin, of a birthday and of Founding Day; and noon of a festival.
EVENING, OF_FOUNDING_DAY = (dt.datetime(2026, month, day, 18, tzinfo=dt.UTC) for month, day in ((3, 1), (2, 22)))
RAMADAN = dt.datetime(2026, 2, 18, 9, tzinfo=dt.UTC)


def known_for_long():
    """All there are."""
    long_ago = NOW - 99 * DAY
    m.Batch.objects.update(starts_at=long_ago)
    m.MerchantCustomer.objects.update(first_at=long_ago)
    OptIn.objects.update(at=long_ago)


def test_who_was_not_reached_before_it_was_over_is_told_once(phone):
    one = automation(phone, "festival", daily_cap=2, changed_at=NOW - 99 * DAY)
    people = [phone.customer().id for _ in range(5)]
    phone.customer(agrees=False)
    known_for_long()
    run(RAMADAN)
    before = leftouts.of_automation(one, since=None)
    phone.customer()
    agreed_later = phone.customer(agrees=False)
    m.MerchantCustomer.objects.filter(customer=agreed_later).update(first_at=NOW - 99 * DAY)
    factories.make_optin(phone.shop.merchant, agreed_later)

    told = [(run(RAMADAN + n * DAY).sent, leftouts.of_automation(one, since=None)) for n in (1, 1, 2)]

    assert before == []
    assert told == [(0, [("Not reached in time", 3)])] * 3
    missed = Occasion.objects.filter(skipped="too_late").values_list("customer_id", flat=True)
    assert {*missed, *written_to()} == set(people)


def not_reached(one):
    return [number for _reason, number in leftouts.of_automation(one, since=None)]


def test_a_festival_is_closed_once_also_where_all_were_reached(phone, monkeypatch):
    automation(phone, "festival", changed_at=NOW - 99 * DAY)
    phone.customer()
    known_for_long()
    looked, missed = [], recipients.missed
    monkeypatch.setattr(recipients, "missed", lambda *args, **said: looked.append(1) or missed(*args, **said))

    counts = [run(RAMADAN + n * DAY) and len(looked) for n in (0, 1, 1, 2, 5)]

    assert counts == [0, 1, 1, 1, 1]
    assert not Occasion.objects.filter(skipped="too_late").exists()


@pytest.mark.parametrize(
    ("fields", "number", "noted"),
    [({}, "paused", [1]), ({"state": "paused", "pause_reason": "no_coupons"}, "on", [1]),
     ({"state": "paused", "pause_reason": "by_hand"}, "on", [1]), ({"state": "off"}, "on", [])],
    ids=["the number rests", "no coupons", "by hand", "off"],
)  # fmt: skip
def test_what_could_not_send_says_whom_it_missed(phone, fields, number, noted):
    one = automation(phone, "festival", changed_at=NOW - 99 * DAY, **fields)
    with wall(sites.console(), "master"):
        Sender.objects.update(state=number)
    phone.customer()
    known_for_long()

    run(RAMADAN)
    run(RAMADAN + DAY)

    assert not_reached(one) == noted


def test_where_closing_fails_it_greets_for_the_next_all_the_same(phone, monkeypatch):
    automation(phone, "festival", days_before=4, festivals=["ramadan", "founding_day_sa"], changed_at=NOW - 99 * DAY)
    carl = phone.customer()
    known_for_long()
    monkeypatch.setattr(recipients, "missed", lambda *_args, **_said: 1 / 0)

    assert run(RAMADAN + DAY).sent == 1
    assert written_to() == [carl.id]


def test_one_run_notes_so_many_and_the_next_goes_on(phone, monkeypatch):
    monkeypatch.setattr(closing, "PORTION", 2)
    one = automation(phone, "festival", changed_at=NOW - 99 * DAY)
    for _ in range(5):
        phone.customer()
    known_for_long()

    assert [run(RAMADAN + DAY) and not_reached(one) for _ in range(4)] == [[2], [4], [5], [5]]


def test_on_a_day_with_two_festivals_nobody_is_missed_who_was_greeted_for_one(phone):
    """14 February 2029: Eid al-Fitr, and Valentine's Day."""
    noon = dt.datetime(2029, 2, 14, 9, tzinfo=dt.UTC)
    batch = phone.batch(50, per_customer_limit=5, claim_until=noon + 99 * DAY)
    one = automation(phone, "festival", batch=batch, daily_cap=2, festivals=["eid_al_fitr", "valentines"])
    people = [phone.customer().id for _ in range(3)]
    known_for_long()

    done = [run(noon).sent, run(noon + DAY).sent]

    assert done == [2, 0]
    assert not_reached(one) == [1]
    missed = Occasion.objects.get(skipped="too_late")
    assert (missed.key, {missed.customer_id, *written_to()}) == ("festival:eid_al_fitr:1450", set(people))


def test_one_that_was_switched_on_after_it_missed_nobody(phone):
    automation(phone, "festival", changed_at=RAMADAN + DAY)
    phone.customer()
    known_for_long()

    run(RAMADAN + DAY)

    assert not Occasion.objects.exists()


@pytest.mark.parametrize("kind", ["birthday", "festival"])
def test_who_would_get_it_the_day_after_is_left_out_and_costs_nothing(phone, kind):
    one = automation(phone, kind, **({"festivals": ["founding_day_sa"]} if kind == "festival" else {}))
    born(phone, 3, 1, phone="+966500000077")
    known_for_long()
    evening = EVENING if kind == "birthday" else OF_FOUNDING_DAY

    done = [run(evening), run(evening)]

    assert [(one.sent, one.skipped) for one in done] == [(0, 1), (0, 0)]
    assert Occasion.objects.get().skipped == "too_late"
    assert not m.Coupon.objects.filter(state="held").exists()
    assert phone.wallet("wa_bi") == (10, 10)
    one.refresh_from_db()
    assert one.counted == 0


@pytest.mark.parametrize(
    ("fields", "hour", "number"),
    [({"days_before": 0}, 17, "+966500000077"), ({"days_before": 1}, -6, "+966500000077"),
     ({"days_before": 0, "days_after": 1}, 18, "+966500000077"), ({"days_before": 0}, 18, "+12025550123"),
     ({"days_before": 0, "quiet_from": 0, "quiet_to": 0}, 18, "+966500000077")],
    ids=["before nine", "the evening before", "also afterwards", "where it is noon", "never quiet"],
)  # fmt: skip
def test_who_gets_it_on_the_day_or_may_get_it_later_is_written_to(phone, fields, hour, number):
    automation(phone, **fields)
    born(phone, 3, 1, phone=number)

    assert run(dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hour)).sent == 1


def test_what_waits_in_the_queue_is_not_sent_once_the_day_is_over(phone):
    automation(phone)
    born(phone, 3, 1, phone="+966500000077")

    run(EVENING - dt.timedelta(hours=1))

    assert Message.objects.get().expires_at == dt.datetime(2026, 3, 1, 21, 0, tzinfo=dt.UTC)
