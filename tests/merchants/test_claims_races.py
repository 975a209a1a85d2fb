"""Claims by many at once, on real connections and with commits; each promise beside a control that breaks it."""

from __future__ import annotations

import datetime as dt
import functools
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts.actors import system
from credits.services import ledger, wallets
from merchants import models as m
from merchants.services import batches, claims, expiry, holding, redemption
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import DAY, NOW
from tests.threads import somebody_waits, until

BIRTHDAY = dt.date(1990, 5, 17)
THREADS = 8


@pytest.fixture
def site(race_db):
    return cluster.site("ada")


@pytest.fixture
def mona(site):
    with wall(site, "site"):
        return factories.make_merchant("Mona")


def at_once(function, arguments, threads=THREADS):
    """Call `function` with each argument on `threads` connections that all start together."""
    connection.close()  # the pool holds as many connections as there are threads
    gate = threading.Barrier(threads)
    first = threading.local()

    def call(argument):
        if not getattr(first, "passed", False):
            first.passed = True
            gate.wait(timeout=20)
        return function(argument)

    def close(_):
        gate.wait(timeout=20)
        connection.close()

    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(call, arguments))
        list(pool.map(close, range(threads)))
    return results


def claim(site, batch, phone, *, now=NOW, **more):
    with wall(site, "visitor"):
        return claims.claim(
            phone=phone, source="centre", now=now, batch_id=batch.id, name="Somebody", birthday=BIRTHDAY, **more
        )


def phones(count):
    return [f"+9665{number:08d}" for number in range(1, count + 1)]


def make(site, merchant, quantity, **fields):
    with wall(site, "site"):
        return factories.make_batch(merchant, quantity, **fields)


def test_two_hundred_claims_of_forty_coupons_give_forty_different_ones(site, mona):
    batch = make(site, mona, 40)

    results = at_once(lambda phone: claim(site, batch, phone), phones(200))

    assert Counter(r.outcome for r in results) == {"taken": 40, "sold_out": 160}
    assert len({r.serial for r in results if r.outcome == "taken"}) == 40
    with wall(site, "site"):
        assert m.Customer.objects.count() == 40
        assert m.Coupon.objects.filter(batch=batch, state="taken").values("customer").distinct().count() == 40


def test_page_store_and_api_share_one_stock(site, mona):
    batch = make(site, mona, 40)

    def take(asked):
        number, source = asked
        level = {"level": "merchant", "merchant": mona.id} if source == "api" else {"level": "visitor"}
        with wall(site, level.pop("level"), **level):
            return claims.claim(
                phone=f"+9665{number:08d}", source=source, now=NOW, batch_id=batch.id, name="S", birthday=BIRTHDAY
            )

    results = at_once(take, [(n, ("centre", "in_store", "api")[n % 3]) for n in range(150)])

    assert Counter(r.outcome for r in results) == {"taken": 40, "sold_out": 110}
    assert len({r.serial for r in results if r.serial}) == 40


def test_one_phone_fifty_times_at_once_gets_one(site, mona):
    batch = make(site, mona, 60)

    results = at_once(lambda _: claim(site, batch, "+966500000001"), range(50))

    assert Counter(r.outcome for r in results) == {"taken": 1, "held": 49}
    with wall(site, "site"):
        assert m.Coupon.objects.filter(batch=batch, state="taken").count() == 1
        assert m.Customer.objects.count() == 1


def test_a_limit_of_two_holds_when_asked_fifty_times_at_once(site, mona):
    batch = make(site, mona, 60, per_customer_limit=2)

    results = at_once(lambda _: claim(site, batch, "+966500000001"), range(50))

    assert Counter(r.outcome for r in results) == {"taken": 2, "held": 48}


def test_the_last_coupon_goes_to_exactly_one(site, mona):
    for _round in range(10):
        batch = make(site, mona, 1)

        results = at_once(lambda phone, batch=batch: claim(site, batch, phone), phones(THREADS))

        assert Counter(r.outcome for r in results) == {"taken": 1, "sold_out": THREADS - 1}


def test_one_printed_code_is_claimed_by_exactly_one(site, mona):
    batch = make(site, mona, 3, print_quantity=3)
    with wall(site, "site"):
        serial = m.Coupon.objects.filter(batch=batch).first().serial

    results = at_once(lambda phone: claim(site, batch, phone, serial=serial), phones(THREADS))

    assert Counter(r.outcome for r in results) == {"taken": 1, "gone": THREADS - 1}


@pytest.mark.parametrize("end", [holding.free, functools.partial(holding.take, now=NOW)], ids=["given up", "sent"])
def test_a_claim_and_the_end_of_the_message_that_holds_the_coupon_give_it_once(site, mona, end):
    for number in range(15):
        batch = make(site, mona, 2)
        with wall(site, "site"):
            carl = factories.make_customer(f"+96650001{number:04d}")
            held = holding.hold(batch_id=batch.id, customer_id=carl.id, now=NOW)

        def act(what, batch=batch, held=held, carl=carl, number=number):
            if what == "claim":
                return claim(site, batch, f"+96650001{number:04d}").outcome
            with wall(site, "site"):
                return end(coupon_id=held.id, customer_id=carl.id)

        outcome, _ended = at_once(act, ["claim", "end"], threads=2)
        assert outcome in ({"taken"} if end is holding.free else {"taken", "held"})
        with wall(site, "site"):
            states = Counter(m.Coupon.objects.filter(batch=batch).values_list("state", flat=True))
            assert states == {"taken": 1, "available": 1}
            assert m.MerchantCustomer.objects.filter(customer=carl).count() <= 1


def test_nobody_is_told_sold_out_while_a_claim_may_still_roll_back(site, mona):
    batch = make(site, mona, 1)
    taken = threading.Event()

    def takes_and_gives_up():
        with wall(site, "visitor"):
            try:
                with transaction.atomic():
                    claims.claim(
                        phone="+966500000001", source="centre", now=NOW, batch_id=batch.id, name="A", birthday=BIRTHDAY
                    )
                    taken.set()
                    until(somebody_waits)
                    raise InterruptedError
            except InterruptedError:
                pass
        connection.close()

    thread = threading.Thread(target=takes_and_gives_up)
    thread.start()
    assert taken.wait(timeout=60)
    result = claim(site, batch, "+966500000002")
    thread.join()

    assert result.outcome == "taken"


def test_control_without_locks_the_same_coupon_is_handed_out_twice(site, mona):
    """A plain look followed by an update, which is what the function must never become."""
    batch = make(site, mona, 40)

    def careless(phone):
        with wall(site, "site"), transaction.atomic():
            coupon = m.Coupon.objects.filter(batch=batch, state="available").order_by("id").first()
            if coupon is None:
                return None
            time.sleep(0.002)
            m.Coupon.objects.filter(id=coupon.id).update(state="taken", taken_at=NOW)
            return coupon.serial

    handed_out = [serial for serial in at_once(careless, phones(120)) if serial]

    assert len(set(handed_out)) < len(handed_out)


def test_claim_and_expiry_at_the_boundary_never_lose_or_double_a_credit(site, mona):
    """Each coupon is either taken or refunded, whoever comes first, however often the job runs."""
    console = system("test")
    for _turn in range(500):
        until = NOW + DAY
        with wall(site, "site"):
            wallets.open_for_merchant(merchant_id=mona.id, now=NOW)
            batch = factories.make_batch(mona, 3, claim_until=until)
            ledger.grant(
                merchant_id=mona.id, unit="coupon", amount=3, actor=console, now=NOW, reason="test", key=uuid.uuid4()
            )  # fmt: skip
            ledger.spend_to_escrow(
                batch_id=batch.id, merchant_id=mona.id, n=3, actor=console, now=NOW,
                key=ledger.key_for("batch.generate", batch.id),
            )  # fmt: skip

        def act(what, batch=batch, until=until):
            if what == "expire":
                with wall(site, "site"):
                    return expiry.expire(batch_id=batch.id, actor=console, now=until)
            return claim(site, batch, what, now=until - dt.timedelta(microseconds=1)).outcome

        results = at_once(act, ["expire", "+966500000001", "+966500000002", "expire"], threads=4)

        taken = results.count("taken")
        with wall(site, "site"):
            states = Counter(m.Coupon.objects.filter(batch=batch).values_list("state", flat=True))
            batch.refresh_from_db()
        assert states["taken"] == taken
        assert states["expired"] == 3 - taken == batch.refunded
        assert sorted(r for r in results if isinstance(r, int)) in ([0, 3 - taken], [3 - taken, 3 - taken])


def test_more_claims_than_coupons_never_wait_in_a_circle_with_the_batch_s_end(site, mona):
    """Claims that find nothing must wait without holding what they looked at: with it, PostgreSQL ends one of the two."""
    console, until = system("test"), NOW + DAY
    with wall(site, "site"):
        owner = factories.member_actor(factories.make_member(mona, "owner"), mona, "owner")
    for end in ["expire", "void"] * 75:
        with wall(site, "site"):
            wallets.open_for_merchant(merchant_id=mona.id, now=NOW)
            batch = factories.make_batch(mona, 4, claim_until=until)
            ledger.grant(
                merchant_id=mona.id, unit="coupon", amount=4, actor=console, now=NOW, reason="test", key=uuid.uuid4()
            )  # fmt: skip
            ledger.spend_to_escrow(
                batch_id=batch.id, merchant_id=mona.id, n=4, actor=console, now=NOW,
                key=ledger.key_for("batch.generate", batch.id),
            )  # fmt: skip

        def act(what, batch=batch):
            if what not in {"expire", "void"}:
                return claim(site, batch, what, now=until - dt.timedelta(microseconds=1)).outcome
            with wall(site, "site"):
                if what == "expire":
                    return expiry.expire(batch_id=batch.id, actor=console, now=until)
                return batches.void(batch_id=batch.id, reason="test", actor=owner, now=NOW)

        results = at_once(act, [*phones(7)[:5], end, *phones(7)[5:]])

        assert results.count("taken") <= 4


def test_two_scanners_and_one_coupon(site, mona):
    with wall(site, "site"):
        user = factories.make_member(mona, "cashier")
    actor = factories.member_actor(user, mona, "cashier")
    for _round in range(5):
        batch = make(site, mona, 1)
        serial = claim(site, batch, "+966500000001").serial

        def scan(_, serial=serial):
            with wall(site, "merchant", merchant=mona.id):
                return redemption.redeem(serial=serial, nonce=uuid.uuid4(), actor=actor, now=NOW).outcome

        results = at_once(scan, range(THREADS))

        assert Counter(results) == {"redeemed": 1, "already_used": THREADS - 1}


def test_one_scan_sent_many_times_at_once_gets_one_answer(site, mona):
    with wall(site, "site"):
        user = factories.make_member(mona, "cashier")
    actor = factories.member_actor(user, mona, "cashier")
    serial = claim(site, make(site, mona, 1), "+966500000001").serial
    nonce = uuid.uuid4()

    def scan(_):
        with wall(site, "merchant", merchant=mona.id):
            return redemption.redeem(serial=serial, nonce=nonce, actor=actor, now=NOW)

    results = at_once(scan, range(THREADS))

    assert {r.outcome for r in results} == {"redeemed"}
    assert len({r.redemption_id for r in results}) == 1


def test_a_till_with_a_phone_and_a_claim_of_the_same_code_do_not_deadlock(site, mona):
    with wall(site, "site"):
        user = factories.make_member(mona, "cashier")
        factories.make_customer("+966500000001")
    actor = factories.member_actor(user, mona, "cashier")
    for _round in range(15):
        batch = make(site, mona, 1, print_quantity=1)
        with wall(site, "site"):
            serial = m.Coupon.objects.get(batch=batch).serial

        def act(what, batch=batch, serial=serial):
            if what == "till":
                with wall(site, "merchant", merchant=mona.id):
                    return redemption.redeem(
                        serial=serial, nonce=uuid.uuid4(), actor=actor, now=NOW, phone="+966500000001"
                    ).outcome
            return claim(site, batch, "+966500000001", serial=serial).outcome

        results = at_once(act, ["till", "claim"], threads=2)

        assert results[0] == "redeemed"
        assert results[1] in {"taken", "held"}
