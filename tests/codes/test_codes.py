"""Codes that prove a phone: nobody learns a number, nobody guesses one, nobody runs up a bill."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import limits
from kernel.models import OutboxEvent
from merchants.models import CustomerDevice
from merchants.services import claims
from messaging.codes.errors import CodeOver, WrongCode
from messaging.codes.models import PhoneCode
from messaging.codes.services import codes
from messaging.errors import NotToCountry, WhatsAppOff
from messaging.meta.models import Sender
from messaging.models import Message
from tenants.walls import wall
from tests import cluster, factories
from tests.codes.cast import OTHER, PHONE, ask, kept, prove
from tests.factories import NOW

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def test_the_right_code_proves_the_phone_on_that_browser(visitor, carl):
    ask()

    assert prove() == carl.id
    assert claims.proved_customers("browser-1") == [carl.id]
    with visitor.at_site():
        assert CustomerDevice.objects.get().proved_by == "code"


def test_a_code_counts_once(visitor):
    ask()
    prove()

    with pytest.raises(CodeOver):
        prove()


def test_a_code_counts_in_the_browser_that_asked_for_it_only(visitor):
    ask(device="browser-1")

    with pytest.raises(CodeOver):
        prove(device="browser-2")


def test_a_code_counts_for_ten_minutes(visitor):
    ask()

    with pytest.raises(CodeOver):
        prove(now=NOW + 10 * MINUTE)


def test_five_wrong_tries_are_the_end_of_it_even_for_the_right_digits(visitor):
    ask()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode) as wrong:
            prove("000000")
        assert wrong.value.left == left

    with pytest.raises(CodeOver):
        prove()


def test_a_number_nobody_has_here_is_answered_alike_and_sent_nothing(visitor):
    ask(PHONE)
    ask(OTHER, device="browser-2")

    with visitor.at_site():
        rows = list(PhoneCode.objects.order_by("created_at", "id"))
        events = OutboxEvent.objects.filter(topic=codes.TOPIC).count()
        sent = [codes.send(code_id=row.id, now=NOW) for row in rows]
        assert (events, sorted(sent), Message.objects.count()) == (2, [False, True], 1)
    with pytest.raises(WrongCode):
        prove(device="browser-2")


def test_the_digits_stand_nowhere_in_the_clear_and_go_when_they_are_sent(visitor):
    ask()

    with visitor.at_site():
        row = PhoneCode.objects.get()
        assert "123456" not in row.secret_sealed
        codes.send(code_id=row.id, now=NOW)
        row.refresh_from_db()
        assert row.secret_sealed == ""
        assert "123456" not in str(OutboxEvent.objects.values_list("payload", flat=True))


def test_sending_twice_sends_once(visitor):
    ask()

    with visitor.at_site():
        row = PhoneCode.objects.get()
        assert [codes.send(code_id=row.id, now=NOW), codes.send(code_id=row.id, now=NOW)] == [True, False]
        assert Message.objects.count() == 1


def test_a_merchants_page_pays_for_its_code(visitor):
    ask(merchant_id=visitor.merchant_id)

    with visitor.at_site():
        codes.send(code_id=PhoneCode.objects.get().id, now=NOW)
        assert (Message.objects.get().merchant_id, visitor.wallet()) == (visitor.merchant_id, (10, 9))


def test_a_site_wide_page_costs_no_merchant_anything(visitor):
    ask()

    with visitor.at_site():
        codes.send(code_id=PhoneCode.objects.get().id, now=NOW)
        assert (Message.objects.get().charge, visitor.wallet()) == ("none", (10, 10))


LIMITS = [
    # what stays the same, how often in an hour, what differs
    ("phone", 5, lambda n: {"device": f"b{n}", "network": f"10.{n}.0.0/24"}),
    ("network", 15, lambda n: {"phone": f"+96651234{n:04d}", "device": f"b{n}"}),
    ("device", 6, lambda n: {"phone": f"+96651234{n:04d}", "network": f"10.{n}.0.0/24"}),
]


@pytest.mark.parametrize(("same", "most", "differing"), LIMITS, ids=[name for name, _most, _how in LIMITS])
def test_each_limit_holds_by_itself_and_outlives_the_process(visitor, same, most, differing):
    """Asked every 61 seconds, so that the cooldown of a number is never what says no; a bucket refills meanwhile."""
    step = dt.timedelta(seconds=61 if same == "phone" else 1)
    for number in range(most):
        limits._client.cache_clear()  # a process that starts again
        ask(**differing(number), now=NOW + number * step)

    with pytest.raises(limits.TooMany) as refused:
        ask(**differing(most), now=NOW + most * step)

    assert same in refused.value.verdict.bucket


def test_a_number_is_left_alone_for_a_minute(visitor):
    ask()

    with pytest.raises(limits.TooMany):
        ask(device="browser-2", network="10.9.0.0/24", now=NOW + 30 * dt.timedelta(seconds=1))
    ask(device="browser-2", network="10.9.0.0/24", now=NOW + 61 * dt.timedelta(seconds=1))


def test_a_merchants_page_cannot_be_made_to_spend_without_end(visitor):
    allowed = 0
    for number in range(130):
        try:
            ask(f"+96651{number:07d}", device=f"b{number}", network=f"10.{number}.0.0/24", merchant_id=visitor.merchant_id)
            allowed += 1
        except limits.TooMany:
            pass

    assert allowed == 120


def test_without_the_counters_no_code_is_sent(visitor, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(limits.Unavailable):
        ask()


def test_a_number_is_sent_ten_codes_a_day_however_slowly_they_are_asked_for(visitor):
    """Every 13 minutes, so that the hour's limit is never what says no; a code comes back each 2.4 hours."""
    for number in range(10):
        limits._client.cache_clear()  # a process that starts again
        ask(device=f"b{number}", network=f"10.{number}.0.0/24", now=NOW + number * 13 * MINUTE)

    with pytest.raises(limits.TooMany) as refused:
        ask(device="b11", network="10.11.0.0/24", now=NOW + 130 * MINUTE)
    ask(device="b12", network="10.12.0.0/24", now=NOW + 145 * MINUTE)

    assert refused.value.verdict.bucket == "code.phone.day"


def test_no_code_goes_to_a_country_that_the_number_does_not_send_to(visitor):
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(countries=["SA"])
    with visitor.at_site():
        factories.make_customer(phone="+12025550123")

    for abroad in ("+12025550123", "+12025550124"):  # one that is known here, and one that is not
        with pytest.raises(NotToCountry, match="not sent to numbers of this country"):
            ask(abroad, device=abroad)
    ask(PHONE)

    with visitor.at_site():
        assert PhoneCode.objects.count() == 1


def test_a_code_asked_for_before_its_country_was_taken_out_is_not_sent(visitor):
    ask()
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(countries=["AE"])

    with visitor.at_site():
        assert codes.send(code_id=PhoneCode.objects.get().id, now=NOW) is False
        assert kept() == [("cancelled", "not_to_country", None)]


def test_a_site_without_whatsapp_has_no_codes(visitor):
    with visitor.at_site():
        Sender.objects.update(state="off")

    with pytest.raises(WhatsAppOff):
        ask()


def test_old_codes_are_forgotten(visitor):
    ask()

    with visitor.at_site():
        assert (codes.forget(now=NOW + HOUR), codes.forget(now=NOW + 25 * HOUR)) == (0, 1)
