"""Who pays for a code, and how many an hour a site pays for."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import crypto
from kernel.models import OutboxEvent
from messaging.codes.models import PhoneCode
from messaging.codes.services import codes
from messaging.meta import tasks
from messaging.meta.models import Sender
from messaging.meta.services import senders
from messaging.models import Message
from messaging.queries import health
from messaging.web.log import steps_of
from tenants.walls import wall
from tests import cluster, factories
from tests.codes.cast import ask, kept, make_code
from tests.factories import NOW, make_staff
from tests.messaging.cast import open_phone

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


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


