"""The run: who is written to, once, within cap, credits, coupons and consent."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from credits.services import holds
from kernel.errors import NotAllowed
from kernel.ids import uuid7
from merchants import models as m
from messaging.automations.models import Automation, Occasion
from messaging.automations.queries import recipients
from messaging.automations.services import opening, pausing, running
from messaging.consent.services import consent
from messaging.meta.models import Sender
from messaging.models import Message
from tenants.queries import sites
from tenants.walls import wall
from tests import factories
from tests.automations.cast import automation, born, campaign, run, seen, work, written_to
from tests.factories import DAY, NOW
from tests.messaging.cast import JOB, open_phone


def test_a_birthday_today_gets_a_message_a_coupon_and_holds_a_credit(phone):
    one = automation(phone)
    carl = born(phone, 3, 1)
    born(phone, 3, 2)

    done = run()

    assert (done.sent, done.skipped, done.paused) == (1, 0, 0)
    message, occasion = Message.objects.get(), Occasion.objects.get()
    assert (message.trigger, message.type, message.customer_id) == ("birthday", "wa_bi", carl.id)
    assert (message.automation_id, message.occasion_id) == (one.id, occasion.id)
    assert message.key == f"occasion:{occasion.id}"
    assert (message.coupon.state, message.coupon.customer_id) == ("held", carl.id)
    assert occasion.key == "birthday:2026"
    assert phone.wallet("wa_bi") == (10, 9)


@pytest.mark.parametrize("sends_to", [[], ["SA"]])
@pytest.mark.parametrize("kind", ["automation", "campaign"])
def test_a_number_that_cannot_be_read_holds_up_nobody(phone, kind, sends_to):
    with wall(sites.console(), "master"):
        Sender.objects.update(countries=sends_to)
    broken, carl = born(phone, 3, 1), born(phone, 3, 1)
    m.Customer.objects.filter(id=broken.id).update(phone_sealed="t1:broken")
    automation(phone) if kind == "automation" else campaign(phone)

    work()

    assert written_to() == [carl.id]
    assert Occasion.objects.get(customer_id=broken.id).skipped == "unreadable"


def test_running_again_on_that_day_the_next_and_next_year(phone):
    automation(phone, batch=phone.batch(50, per_customer_limit=5, claim_until=NOW + 900 * DAY), days_before=1)
    carl = born(phone, 3, 2)

    sent = [run(NOW + n * DAY).sent for n in (0, 0, 1, 2, 364, 365)]

    assert sent == [1, 0, 0, 0, 0, 1]
    assert written_to() == [carl.id, carl.id]
    assert sorted(Occasion.objects.values_list("key", flat=True)) == ["birthday:2026", "birthday:2027"]


def test_the_day_is_the_merchants_not_ours(phone):
    automation(phone)
    born(phone, 3, 2)

    assert run(dt.datetime(2026, 3, 1, 20, 59, tzinfo=dt.UTC)).sent == 0
    assert run(dt.datetime(2026, 3, 1, 21, 0, tzinfo=dt.UTC)).sent == 1


def test_quiet_hours_put_it_off_until_the_customers_morning(phone):
    automation(phone)
    born(phone, 3, 2, phone="+966500000077")
    born(phone, 3, 2, phone="+12025550123")

    run(dt.datetime(2026, 3, 1, 21, 0, tzinfo=dt.UTC))  # midnight in Riyadh, four in the afternoon in Washington

    due = sorted(Message.objects.values_list("due_at", flat=True))
    assert due == [dt.datetime(2026, 3, 1, 21, 0, tzinfo=dt.UTC), dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)]


def test_who_was_born_on_the_29th_of_february_is_greeted_on_the_28th(phone):
    automation(phone)
    carl = born(phone, 2, 29)

    assert run(NOW).sent == 0
    assert run(NOW - DAY).sent == 1
    assert written_to() == [carl.id]


def test_before_and_after_greet_once_and_after_reaches_who_was_left_over(phone):
    automation(phone, days_before=1, days_after=1)
    late = born(phone, 2, 28, agrees=False)
    born(phone, 3, 1)
    run()
    factories.make_optin(phone.shop.merchant, late)

    assert [run(NOW).sent, run(NOW + DAY).sent] == [1, 0]
    assert written_to()[-1] == late.id


@pytest.mark.parametrize("why", ["never agreed", "withdrew", "stopped", "erased", "another merchant"])
def test_who_does_not_want_it_is_left_alone(phone, why):
    automation(phone)
    carl = born(phone, 3, 1, phone="+966500000077", agrees=why not in {"never agreed", "another merchant"})
    if why == "withdrew":
        consent.withdraw(merchant_id=phone.merchant_id, customer_id=carl.id, source="customer", now=NOW, actor=JOB)
    elif why == "stopped":
        consent.opt_out_number(phone="+966500000077", source="keyword", now=NOW)
    elif why == "erased":
        m.Customer.objects.update(erased_at=NOW)
    elif why == "another merchant":
        factories.make_optin(factories.make_merchant(), carl)

    assert run().sent == 0
    assert not Occasion.objects.exists()


def test_who_has_a_number_of_a_country_that_is_not_sent_to_is_left_out_and_the_others_are_not(phone):
    automation(phone)
    with wall(sites.console(), "master"):
        Sender.objects.update(countries=["SA"])
    born(phone, 3, 1, phone="+12025550123")
    carl = born(phone, 3, 1, phone="+966500000077")

    done = run()

    assert (done.sent, done.skipped, written_to()) == (1, 0, [carl.id])
    assert Occasion.objects.get().customer_id == carl.id
    with wall(sites.console(), "master"):
        Sender.objects.update(countries=["SA", "US"])
    assert run().sent == 1, "nobody has lost the occasion"


def test_whose_country_was_not_known_yet_is_left_out_from_then_on(phone, monkeypatch):
    """Who agreed a moment ago, between the look at the countries and the opening."""
    one = automation(phone)
    with wall(sites.console(), "master"):
        Sender.objects.update(countries=["SA"])
    born(phone, 3, 1, phone="+12025550123")
    monkeypatch.setattr(running.countries, "learn", lambda: 0)
    looked = []

    for _ in range(2):
        rows = recipients.population(one, phone.shop.merchant, now=NOW)
        looked.append(recipients.judged(rows, one, batch=one.batch, sends_to=["SA"]).get().far)
        assert run().sent == 0

    assert looked == [False, True]
    assert not Occasion.objects.exists()


def test_customers_of_another_merchant_are_nobodys_business(phone):
    automation(phone)
    other = open_phone(phone.shop.site, brand="Sam's")
    carl = born(other, 3, 1)
    factories.make_optin(phone.shop.merchant, carl)

    assert run().sent == 0


def test_the_daily_cap_holds_and_the_rest_follows_the_next_day(phone):
    automation(phone, daily_cap=2, days_before=2)
    people = {born(phone, 3, 3).id for _ in range(5)}

    sent = [run(NOW + n * DAY).sent for n in (0, 0, 1, 2)]

    assert sent == [2, 0, 2, 1]
    assert set(written_to()) == people


@pytest.mark.parametrize("why", ["merchant", "temporary", "site", "sender", "off", "paused"])
def test_nothing_runs_where_it_must_not(phone, why):
    one = automation(phone)
    born(phone, 3, 1)
    if why == "merchant":
        m.Merchant.objects.update(state="expired")
    elif why == "temporary":
        m.Merchant.objects.update(plan="temporary")
    elif why == "sender":
        Sender.objects.update(state="off")
    elif why in {"off", "paused"}:
        Automation.objects.filter(id=one.id).update(state=why, pause_reason="by_hand" if why == "paused" else "")
    elif why == "site":
        phone.shop.site.state = "suspended"
    with wall(phone.shop.site, "site"):
        assert run().sent == 0
    phone.shop.site.state = "active"


class TestRecall:
    def test_who_stayed_away_long_enough_is_asked_back_once(self, phone):
        automation(phone, "recall")
        gone = seen(phone, 30)
        seen(phone, 29)
        seen(phone, 90, used=3)

        assert [run().sent, run().sent] == [1, 0]
        assert written_to() == [gone.id]
        assert Occasion.objects.get().key == "recall:2026-01-30"

    def test_after_a_new_visit_it_counts_anew(self, phone):
        automation(phone, "recall", batch=phone.batch(9, per_customer_limit=3, claim_until=NOW + 99 * DAY))
        gone = seen(phone, 40)
        run()
        m.MerchantCustomer.objects.filter(customer=gone).update(last_redeemed_at=NOW + DAY)

        assert [run(NOW + 30 * DAY).sent, run(NOW + 31 * DAY).sent] == [0, 1]


class TestFestival:
    def test_everybody_who_agreed_on_the_day_of_a_festival_that_is_on(self, phone):
        automation(phone, "festival")
        people = {phone.customer().id for _ in range(2)}
        ramadan = dt.datetime(2026, 2, 18, 9, tzinfo=dt.UTC)
        m.Batch.objects.update(starts_at=NOW - 99 * DAY)

        assert [run(ramadan - DAY).sent, run(ramadan).sent, run(ramadan).sent, run(ramadan + DAY).sent] == [0, 2, 0, 0]
        assert set(written_to()) == people
        assert set(Occasion.objects.values_list("key", flat=True)) == {"festival:ramadan:1447"}

    def test_one_that_is_off_is_a_day_like_any_other(self, phone):
        automation(phone, "festival", festivals=["eid_al_adha"])
        phone.customer()

        assert run(dt.datetime(2026, 2, 18, 9, tzinfo=dt.UTC)).sent == 0


class TestReminder:
    def test_a_coupon_that_ends_soon_is_reminded_of_once_and_gives_no_other(self, phone):
        automation(phone, "reminder")
        batch = phone.batch(5, use_until=NOW + 2 * DAY)
        coupons = [phone.taken(batch, phone.customer()) for _ in range(2)]
        m.Coupon.objects.filter(id=coupons[0].id).update(use_until=NOW + 2 * DAY, taken_at=NOW - 5 * DAY)
        m.Coupon.objects.filter(id=coupons[1].id).update(use_until=NOW + 9 * DAY, taken_at=NOW - 5 * DAY)

        assert [run().sent, run().sent] == [1, 0]
        message = Message.objects.get()
        assert (message.trigger, message.coupon_id) == ("reminder", coupons[0].id)
        assert not m.Coupon.objects.filter(state="held").exists()

    def test_the_coupon_that_ends_first_is_reminded_of_first(self, phone):
        automation(phone, "reminder", daily_cap=1)
        batch = phone.batch(5)
        coupons = [phone.taken(batch, phone.customer()) for _ in range(2)]
        for coupon, days in zip(coupons, (3, 1), strict=True):
            m.Coupon.objects.filter(id=coupon.id).update(use_until=NOW + days * DAY, taken_at=NOW - 5 * DAY)

        run()

        assert Message.objects.get().coupon_id == coupons[1].id

    @pytest.mark.parametrize("fields", [{"state": "redeemed"}, {"use_until": NOW}, {"taken_at": NOW}])
    def test_not_one_that_is_used_over_or_brand_new(self, phone, fields):
        automation(phone, "reminder")
        coupon = phone.taken(phone.batch(5), phone.customer())
        m.Coupon.objects.filter(id=coupon.id).update(
            **{"use_until": NOW + 2 * DAY, "taken_at": NOW - 5 * DAY, **fields}
        )

        assert run().sent == 0


def test_nobody_twice_is_the_databases_own_law(phone):
    one = automation(phone)
    carl = born(phone, 3, 1)
    run()

    with pytest.raises(IntegrityError), transaction.atomic():
        Occasion.objects.create(
            merchant=phone.shop.merchant, automation=one, customer=carl, key="birthday:2026", at=NOW
        )
    for act in (lambda: Occasion.objects.update(key="x"), lambda: Occasion.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_any_other_law_of_the_database_that_is_broken_is_no_occasion_that_was_there(phone, monkeypatch):
    one = automation(phone)
    born(phone, 3, 1)
    (due,) = recipients.list_due(
        recipients.judged(recipients.population(one, phone.shop.merchant, now=NOW), one, batch=one.batch, sends_to=[]),
        limit=5,
    )

    def break_a_law(**kwargs):
        m.Customer.objects.create(id=due.customer_id, name="x", phone_index=b"x", phone_sealed="", created_at=NOW)

    monkeypatch.setattr(opening.queue, "enqueue", break_a_law)
    with pytest.raises(IntegrityError), transaction.atomic():
        opening.open_for(one, phone.shop.merchant, due, now=NOW)


def test_one_automation_that_fails_does_not_keep_the_others_from_their_turn(phone, monkeypatch):
    broken, whole = automation(phone, "recall"), automation(phone)
    born(phone, 3, 1)
    one = campaign(phone, batch=whole.batch)
    really = running.run_one

    def fail_for_one(automation_id, done, *, now):
        if automation_id == broken.id:
            raise RuntimeError
        really(automation_id, done, now=now)

    monkeypatch.setattr(running, "run_one", fail_for_one)

    assert run().sent == 1
    one.refresh_from_db()
    assert one.started_at == NOW


def test_whose_birthday_is_nearest_is_greeted_first_where_the_day_has_no_room_for_all(phone):
    automation(phone, daily_cap=1, days_before=3, days_after=1)
    people = [born(phone, 3, 4), born(phone, 3, 2), born(phone, 3, 1), born(phone, 2, 28)]

    assert [run(NOW + n * DAY).sent for n in range(4)] == [1] * 4
    assert written_to() == [person.id for person in reversed(people)]


def test_a_backlog_that_can_wait_leaves_the_share_of_the_day_to_what_cannot(phone):
    """The share is two people a day: a recall that ran yesterday, and a birthday that was never counted."""
    with wall(sites.console(), "master"):
        Sender.objects.update(users_per_day=5)
    automation(phone, "recall", counted_on=NOW.date() - DAY, counted=2)
    for _ in range(5):
        seen(phone, 40)
    carl = born(phone, 3, 1)
    automation(phone)

    run()

    assert len(written_to()) == 2
    assert written_to()[0] == carl.id


def test_within_a_kind_who_never_wrote_comes_first_and_then_who_wrote_longest_ago(phone):
    other, third = (open_phone(phone.shop.site, brand=brand) for brand in ("Sam's", "Tom's"))
    today = automation(phone, counted_on=NOW.date(), counted=1)
    yesterday = automation(other, counted_on=NOW.date() - DAY, counted=1)
    never = automation(third)
    recall, reminder = automation(third, "recall", batch=never.batch), automation(phone, "reminder")

    assert running.switched_on() == [reminder.id, never.id, yesterday.id, today.id, recall.id]


def test_a_crash_after_the_row_and_before_the_message_leaves_neither(phone, monkeypatch):
    automation(phone)
    carl = born(phone, 3, 1)

    def die(**kwargs):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(opening.queue, "enqueue", die)
        assert run().sent == 0

    assert not Occasion.objects.exists()
    assert run().sent == 1
    assert written_to() == [carl.id]


def test_who_goes_on_by_itself_is_asked_in_few_queries(phone, django_assert_num_queries):
    for _ in range(3):
        other = open_phone(phone.shop.site, brand="Sam's")
        pausing.pause(automation(other), "no_credits", actor=JOB, now=NOW)
        holds.hold(hold_id=uuid7(), merchant_id=other.merchant_id, unit="wa_bi", amount=10, now=NOW)

    with django_assert_num_queries(4):
        assert pausing.resume_what_can(now=NOW) == 0


def test_only_who_may_manages_them(phone):
    one = automation(phone)
    cashier = factories.member_actor(
        factories.make_member(phone.shop.merchant, "cashier"), phone.shop.merchant, "cashier"
    )
    for act in (pausing.pause_by_hand, pausing.resume):
        with pytest.raises(NotAllowed):
            act(automation=one, actor=cashier, now=NOW)
