"""Each bucket of customers' acts against a frozen clock, one bucket full at a time."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from types import SimpleNamespace

import pytest

from config.logs import SecretPaths
from kernel import limits
from kernel.limits import TooMany
from storefront.services import guard, resend
from storefront.services.guard import Caller
from tenants.walls import wall
from tests.factories import NOW

BATCH, MERCHANT = uuid.uuid4(), uuid.uuid4()


def other(number):
    """Somebody else, from elsewhere, with another browser."""
    return Caller(f"10.{number // 250}.{number % 250}.1", f"device-{number}")


def claim(site, *, caller, phone, batch=BATCH, merchant=MERCHANT, after=0):
    with wall(site, "visitor"):
        guard.before_claim(
            caller=caller, phone=phone, batch_id=batch, merchant_id=merchant, now=NOW + dt.timedelta(seconds=after)
        )


def refused(act):
    with pytest.raises(TooMany) as error:
        act()
    return error.value.verdict.bucket


def test_a_phone_claims_twelve_times_an_hour_from_wherever(ada_site):
    for number in range(12):
        claim(ada_site, caller=other(number), phone="+966500000001", batch=uuid.uuid4())

    assert refused(lambda: claim(ada_site, caller=other(13), phone="+966500000001")) == "claim.phone"
    claim(ada_site, caller=other(13), phone="+966500000001", after=300)
    claim(ada_site, caller=other(13), phone="+966500000002")


def test_a_network_claims_for_a_shop_full_of_people_and_no_more(ada_site):
    for number in range(150):
        claim(ada_site, caller=Caller(f"192.0.2.{number}", f"d{number}"), phone=f"+96650{number:07}")

    assert refused(lambda: claim(ada_site, caller=Caller("192.0.2.200"), phone="+966509999999")) == "claim.network"
    claim(ada_site, caller=Caller("192.0.3.1"), phone="+966509999999")


def test_a_browser_claims_thirty_times_an_hour(ada_site):
    for number in range(30):
        claim(ada_site, caller=Caller(f"10.0.{number}.1", "one"), phone=f"+96650{number:07}")

    assert refused(lambda: claim(ada_site, caller=Caller("10.1.1.1", "one"), phone="+966509999999")) == "claim.device"
    claim(ada_site, caller=Caller("10.1.1.1", "two"), phone="+966509999999")


@pytest.mark.parametrize(("bucket", "limit"), [("claim.batch", 3), ("claim.merchant", 6)])
def test_a_batch_and_a_merchant_have_their_own(ada_site, monkeypatch, bucket, limit):
    monkeypatch.setattr(guard, "_many", lambda most: {6_000: 3, 12_000: 6}.get(most, most))
    batches = [BATCH] if bucket == "claim.batch" else [uuid.uuid4(), uuid.uuid4(), uuid.uuid4()]
    for number in range(limit):
        batch = batches[number % len(batches)]
        claim(ada_site, caller=other(number), phone=f"+96650{number:07}", batch=batch)

    again = lambda: claim(ada_site, caller=other(99), phone="+966509999999", batch=batches[0])  # noqa: E731
    assert refused(again) == bucket


def test_asking_which_numbers_are_known_soon_ends(ada_site):
    def ask(phone, caller):
        with wall(ada_site, "visitor"):
            guard.before_recognition(caller=caller, phone=phone, now=NOW)

    for number in range(30):
        ask(f"+96650{number:07}", Caller("192.0.2.1", "one"))
    assert refused(lambda: ask("+966509999999", Caller("198.51.100.1", "one"))) == "recognise.device"

    for number in range(20):
        ask("+966500000077", other(number))
    assert refused(lambda: ask("+966500000077", other(21))) == "recognise.phone"


def test_a_network_asks_for_a_shop_full_of_people_which_numbers_are_known(ada_site):
    def ask(number, network="192.0.2", after=0):
        caller = Caller(f"{network}.{number % 250}", f"d{number}")
        with wall(ada_site, "visitor"):
            guard.before_recognition(
                caller=caller, phone=f"+96650{number:07}", now=NOW + dt.timedelta(seconds=after)
            )  # fmt: skip

    for number in range(150):
        if number % 50 == 0:
            limits._client.cache_clear()  # a process that starts again
        ask(number)

    assert refused(lambda: ask(999)) == "recognise.network"
    ask(999, network="198.51.100")
    ask(999, after=4)  # one comes back each four seconds


RESENDS = [
    # bucket, how often, seconds until one comes back, what differs
    ("resend.coupon", 2, 43_200, lambda n: {"customer": n}),
    ("resend.customer", 5, 17_280, lambda n: {"serial": n}),
    ("resend.merchant", 300, 12, lambda n: {"serial": n, "customer": n}),
]


@pytest.mark.parametrize(("bucket", "most", "again", "differing"), RESENDS, ids=[row[0] for row in RESENDS])
def test_a_coupon_is_sent_again_so_often_and_no_more(ada_site, monkeypatch, bucket, most, again, differing):
    sent = []
    monkeypatch.setattr(resend, "Coupon", SimpleNamespace(objects=SimpleNamespace(get=lambda **_what: SimpleNamespace(id=1))))
    monkeypatch.setattr(resend.delivery, "send_again", lambda **what: sent.append(what))

    def send(number, after=0):
        found = {"serial": 0, "customer": 0, **differing(number)}
        with wall(ada_site, "visitor"):
            resend.send_again(
                customer_id=uuid.UUID(int=found["customer"]), serial=f"serial-{found['serial']}", merchant_id=MERCHANT,
                now=NOW + dt.timedelta(seconds=after),
            )  # fmt: skip

    for number in range(most):
        if number % 100 == 1:
            limits._client.cache_clear()  # a process that starts again
        send(number)

    assert refused(lambda: send(most)) == bucket
    assert refused(lambda: send(most, again - 1)) == bucket
    send(most, again)
    assert len(sent) == most + 1


def test_a_network_misses_ten_serials_and_then_waits(ada_site):
    def miss(caller, after=0):
        with wall(ada_site, "visitor"):
            guard.after_unknown(caller=caller, now=NOW + dt.timedelta(seconds=after))

    for number in range(10):
        miss(Caller(f"192.0.2.{number}"))

    assert refused(lambda: miss(Caller("192.0.2.99"))) == "coupon.unknown"
    miss(Caller("198.51.100.1"))
    miss(Caller("192.0.2.99"), after=60)


def test_limits_of_one_site_are_nothing_on_another(ada_site, bob_site):
    for number in range(12):
        claim(ada_site, caller=other(number), phone="+966500000001")

    assert refused(lambda: claim(ada_site, caller=other(13), phone="+966500000001")) == "claim.phone"
    claim(bob_site, caller=other(1), phone="+966500000001")


@pytest.mark.parametrize(
    "path",
    [
        "/c/K7PX39MDTC4WRHF", "/C/K7PX39MDTC4WRHF", "/c/K7PX39MDTC4WRHF/claim", "/s/mona/wheel/K7PX39MDTC4WRHF",
        "/s/mona/wheel/K7PX39MDTC4WRHF/review", "/my/send/K7PX39MDTC4WRHF", "/join/K7PX39MDTC4WRHF/",
        "/api/v1/coupons/K7PX39MDTC4WRHF",
    ],
)  # fmt: skip
def test_a_serial_in_a_path_never_reaches_the_log(path):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", path), None)

    SecretPaths().filter(record)

    assert "K7PX39MDTC4WRHF" not in record.getMessage()
