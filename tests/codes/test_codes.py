"""Codes that prove a phone: nobody learns a number, nobody guesses one, nobody runs up a bill."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import crypto, limits
from kernel.models import OutboxEvent
from merchants.models import CustomerDevice
from merchants.services import claims
from messaging.codes.errors import CodeOver, WrongCode
from messaging.codes.models import PhoneCode
from messaging.codes.services import codes
from messaging.errors import NotToCountry, WhatsAppOff
from messaging.meta import tasks
from messaging.meta.models import Sender
from messaging.meta.services import senders
from messaging.models import Message
from messaging.queries import health
from messaging.web.log import steps_of
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import NOW, make_staff
from tests.messaging.cast import open_phone
from tests.threads import run_threads

PHONE, OTHER = "+966512345678", "+966598765432"
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def carl(phone):
    return factories.make_customer(phone=PHONE)


@pytest.fixture
def visitor(phone, carl):
    """At level visitor, as the pages run."""
    with wall(phone.shop.site, "visitor"):
        yield phone


def ask(phone=PHONE, *, device="browser-1", network="10.0.0.0/24", now=NOW, merchant_id=None, digits="123456"):
    codes.ask(
        phone=phone, device_token=device, network=network, merchant_id=merchant_id, now=now, digits=lambda: digits
    )


def prove(digits="123456", *, device="browser-1", now=NOW):
    return codes.prove(digits=digits, device_token=device, now=now)


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


def test_the_sites_own_ceiling_stops_sends(visitor):
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(code_ceiling_per_hour=3)
    with visitor.at_site():
        customers = [factories.make_customer() for _ in range(4)]
    for number, customer in enumerate(customers):
        with visitor.at_site():
            number_of = crypto.open_sealed(customer.phone_sealed, site_id=visitor.shop.site.id, field="phone")
        ask(number_of, device=f"b{number}", network=f"10.0.{number}.0/24")

    with visitor.at_site():
        sent = [codes.send(code_id=row.id, now=NOW) for row in PhoneCode.objects.order_by("id")]

    assert sent.count(True) == 3


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


def make_code(site, now):
    """One that a customer asked for on a site-wide page."""
    return PhoneCode.objects.create(
        customer=factories.make_customer(), device_hash=uuid.uuid4().hex, created_at=now, expires_at=now + HOUR,
        digits_hash=b"x", secret_sealed=crypto.seal("123456", site_id=site.id, field="phone_code"),
    )  # fmt: skip


def send_many(visitor, how_many, now):
    """Codes of site-wide pages to so many customers; how many went."""
    with visitor.at_site():
        rows = [make_code(visitor.shop.site, now) for _ in range(how_many)]
        return [codes.send(code_id=row.id, now=now) for row in rows].count(True)


def test_no_hour_has_more_codes_than_the_ceiling(visitor):
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(code_ceiling_per_hour=3)

    moments = (0 * HOUR, 20 * MINUTE, 59 * MINUTE, 60 * MINUTE, 2 * HOUR)
    sent = [send_many(visitor, wanted, NOW + after) for wanted, after in zip((2, 5, 5, 5, 5), moments, strict=True)]

    assert sent == [2, 1, 0, 2, 3]


def test_the_ceiling_holds_without_valkey(visitor, no_valkey):
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(code_ceiling_per_hour=2)

    assert [send_many(visitor, 3, NOW), send_many(visitor, 3, NOW)] == [2, 0]


def test_many_workers_at_once_keep_to_the_ceiling(race_phone):
    site = race_phone.shop.site
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(code_ceiling_per_hour=4)
    with race_phone.at_site():
        rows = [make_code(site, NOW) for _ in range(12)]

    def send(number):
        with wall(site, "site"):
            return codes.send(code_id=rows[number].id, now=NOW)

    assert run_threads(12, send).count(True) == 4


def kept():
    """State, reason and merchant of every message in the log."""
    return list(Message.objects.order_by("id").values_list("state", "error", "merchant_id"))


def test_what_the_ceiling_stops_stands_in_the_log_and_the_console_hears_of_it_once_an_hour(visitor, mailoutbox):
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(code_ceiling_per_hour=1)
        desk = make_staff()

    for after in (0 * MINUTE, 30 * MINUTE, 59 * MINUTE):
        send_many(visitor, 2, NOW + after)
    with visitor.at_site():
        assert kept() == [("queued", "", None), *[("cancelled", "ceiling", None)] * 5]
        assert PhoneCode.objects.exclude(secret_sealed="").count() == 0
        told = list(OutboxEvent.objects.filter(topic=senders.CEILING))
        tasks.tell_of_ceiling(told[0], NOW)
    send_many(visitor, 2, NOW + 61 * MINUTE)

    assert len(told) == 1
    assert [mail.to for mail in mailoutbox] == [[desk.email]]
    assert f"The ceiling of codes of {visitor.shop.site.name} is reached" in mailoutbox[0].subject
    with visitor.at_site():
        assert OutboxEvent.objects.filter(topic=senders.CEILING).count() == 2


def test_the_site_pays_where_a_merchant_has_no_credit_left(visitor):
    poor = open_phone(visitor.shop.site, wa_ui=0)
    ask(merchant_id=poor.merchant_id)

    with visitor.at_site():
        assert codes.send(code_id=PhoneCode.objects.get().id, now=NOW) is True
        assert kept() == [("queued", "", None)]
        assert steps_of(Message.objects.get())[0].detail.startswith("The merchant whose page asked had no credit")
        assert health.count_codes(now=NOW) == 1


def test_its_code_stands_in_the_merchants_log_where_the_site_may_not_pay_either(visitor):
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(code_ceiling_per_hour=0)
    poor = open_phone(visitor.shop.site, wa_ui=0)
    ask(merchant_id=poor.merchant_id)

    with visitor.at_site():
        assert codes.send(code_id=PhoneCode.objects.get().id, now=NOW) is False
        assert kept() == [("cancelled", "no_credits", poor.merchant_id)]
        message = Message.objects.get()
        assert (message.charge, message.secret_sealed, poor.wallet()) == ("none", "", (0, 0))


def test_a_code_that_finds_whatsapp_off_stands_in_the_log(visitor):
    ask()

    with visitor.at_site():
        Sender.objects.update(state="off")
        assert codes.send(code_id=PhoneCode.objects.get().id, now=NOW) is False
        assert kept() == [("cancelled", "whatsapp_off", None)]


def test_the_ceiling_reads_an_index_and_not_every_message(race_phone, superuser):
    site = race_phone.shop.site
    with race_phone.at_site():
        Message.objects.bulk_create(
            Message(
                merchant=race_phone.shop.merchant, payer=race_phone.merchant_id, trigger="claim_centre", type="wa_ui",
                state="delivered", key=f"k{number}", recipient=b"x", created_at=NOW - number * dt.timedelta(seconds=1),
                due_at=NOW, expires_at=NOW,
            )
            for number in range(5000)
        )
    superuser.execute(f'ANALYZE "{site.schema_name}".messaging_message')

    with race_phone.at_site(), CaptureQueriesContext(connection) as ran:
        assert health.count_codes(now=NOW) == 0
    with race_phone.at_site(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + ran.captured_queries[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "messaging_message_newest" in plan


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


def test_guesses_at_once_are_counted_each(race_phone):
    site = race_phone.shop.site
    with race_phone.at_site():
        factories.make_customer(phone=PHONE)
    with wall(site, "visitor"):
        ask()

    def guess(number):
        with wall(site, "visitor"):
            return prove(f"{number:06d}")

    results = run_threads(12, guess)

    assert sum(isinstance(result, WrongCode) for result in results) == 5
    assert sum(isinstance(result, CodeOver) for result in results) == 7


def test_old_codes_are_forgotten(visitor):
    ask()

    with visitor.at_site():
        assert (codes.forget(now=NOW + HOUR), codes.forget(now=NOW + 25 * HOUR)) == (0, 1)
