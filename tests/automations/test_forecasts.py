"""Who is reached in time, where the days have no room for all: counted as the run does it."""

from __future__ import annotations

import datetime as dt

import pytest

from merchants import models as m
from messaging.automations.models import Automation
from messaging.automations.services import previews
from tenants.walls import wall
from tests.automations.cast import automation, born, run, seen, written_to
from tests.factories import DAY, NOW

EID = dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)


def foresee(phone, one, now=NOW):
    with wall(phone.shop.site, "merchant", merchant=phone.merchant_id):
        return previews.of_automation(one, phone.shop.merchant, now=now)


def festival(phone, cap, before=0, people=7):
    for _ in range(people):
        phone.customer()
    m.Batch.objects.update(starts_at=NOW - 99 * DAY)
    return automation(phone, "festival", festivals=["eid_al_fitr"], daily_cap=cap, days_before=before)


@pytest.mark.parametrize(
    ("now", "before", "reached"), [(NOW, 0, 2), (NOW, 2, 6), (NOW, 3, 7), (EID - DAY, 2, 4), (EID, 2, 2)]
)
def test_a_festival_ends_with_its_day(phone, now, before, reached):
    one = festival(phone, 2, before)

    found = foresee(phone, one, now)

    assert (found.needed, found.short, found.later.will_get) == (reached, 7 - reached, 7)
    assert found.missing == 0
    assert found.coupons_missing == 0


def ends(one, day):
    """`day` is the last one, in Riyadh, on which its batch gives coupons."""
    one.batch.claim_until = dt.datetime.combine(day, dt.time(21), dt.UTC)
    one.batch.save(update_fields=["claim_until"])


@pytest.mark.parametrize(
    ("ends_on", "cap", "before", "reached"),
    [(13, 9, 7, 7), (13, 2, 7, 2), (15, 2, 7, 6), (12, 9, 7, 0), (19, 9, 0, 0), (20, 9, 0, 7)],
)
def test_a_batch_that_ends_first_greets_nobody_afterwards(phone, ends_on, cap, before, reached):
    one = festival(phone, cap, before)
    day = dt.date(2026, 3, ends_on)
    ends(one, day)

    found = foresee(phone, one)

    assert (found.needed, found.short, found.ends) == (reached, 7 - reached, None if reached == 7 else day)


def test_who_is_not_reached_for_the_cap_does_not_miss_the_batch(phone):
    one = festival(phone, 2, 0)
    ends(one, EID.date())

    assert (foresee(phone, one).short, foresee(phone, one).ends) == (5, None)


def test_a_festival_after_the_batch_is_said_without_customers_too(phone):
    one = festival(phone, 2, 0, people=0)
    ends(one, EID.date() - DAY)

    assert foresee(phone, one).ends == EID.date() - DAY


@pytest.mark.parametrize(("kind", "rule"), [("birthday", {"days_before": 0}), ("recall", {"days": 30})])
def test_no_day_after_the_batch_counts(phone, kind, rule):
    """Due today and 4, 9 and 20 days from now; the batch gives coupons for 9 days more, so its last is the 9th."""
    today = NOW.date()
    for n in (0, 4, 9, 20):
        seen(phone, 30 - n) if kind == "recall" else born(phone, (today + n * DAY).month, (today + n * DAY).day)
    one = automation(phone, kind, **rule)
    ends(one, today + 9 * DAY)

    found = foresee(phone, one)
    for n in range(9 + 2):
        run(NOW + n * DAY)

    assert (found.needed, found.short, found.ends) == (3, 1, today + 9 * DAY)
    assert len(written_to()) == 3


def test_a_recall_that_its_cap_spreads_ends_with_the_batch(phone):
    for _ in range(5):
        seen(phone, 40)
    one = automation(phone, "recall", daily_cap=1)
    ends(one, NOW.date() + 2 * DAY)

    assert (foresee(phone, one).needed, foresee(phone, one).short) == (3, 2)


def test_what_was_written_today_takes_of_the_room(phone):
    one = festival(phone, 2, 1)
    run(EID - DAY)
    one.refresh_from_db()

    assert foresee(phone, one, EID - DAY).needed == 2


def test_what_fits_into_its_days_is_told_by_the_last_of_them(phone):
    found = foresee(phone, festival(phone, 3, 2))

    assert (found.short, found.forecast.until) == (0, EID.date())


def test_no_festival_is_nobody(phone):
    one = festival(phone, 3)
    one.festivals = []

    assert (foresee(phone, one).needed, foresee(phone, one).short) == (0, 0)


@pytest.mark.parametrize(
    ("around", "reached"),
    [({"days_before": 0}, 2), ({"days_before": 1}, 3), ({"days_before": None, "days_after": 2}, 5),
     ({"days_before": 0, "days_after": 1}, 5)],
)  # fmt: skip
def test_birthdays_share_the_days_on_which_they_are_due(phone, around, reached):
    """Three of one day and two of the next, one message a day."""
    one = automation(phone, daily_cap=1, **around)
    for day in (5, 5, 5, 6, 6):
        born(phone, 3, day)

    expected = foresee(phone, one).needed
    for n in range(20):
        run(NOW + n * DAY)

    assert expected == len(written_to()) == reached


def test_coupons_that_end_are_reminded_of_until_their_last_day(phone):
    one = automation(phone, "reminder", days=2, daily_cap=1)
    batch = phone.batch(9)
    for _ in range(4):
        phone.taken(batch, phone.customer())
    m.Coupon.objects.filter(batch=batch, state="taken").update(
        use_until=dt.datetime(2026, 3, 10, 21, tzinfo=dt.UTC), taken_at=NOW - 5 * DAY
    )

    expected = foresee(phone, one).needed
    for n in range(20):
        run(NOW + n * DAY)

    assert expected == len(written_to()) == 2


def test_a_recall_can_wait(phone):
    for _ in range(5):
        seen(phone, 40)

    found = foresee(phone, automation(phone, "recall", daily_cap=1))

    assert (found.needed, found.short) == (5, 0)
    assert found.forecast.until == NOW.date() + 4 * DAY
    assert Automation.objects.get().counted == 0
