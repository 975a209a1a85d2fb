"""Spins by many at once, on real connections and with commits; each promise beside a control that breaks it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from merchants import models as m
from merchants.services import claims
from storefront.wheel.models import Spin
from storefront.wheel.plans import SegmentPlan, WheelPlan
from storefront.wheel.services import spinning
from storefront.wheel.services import wheels as service
from tenants.walls import levels, wall
from tests import cluster, factories
from tests.factories import NOW
from tests.threads import GATE, all_at, somebody_waits, until
from tests.wheel.conftest import spin

CLIENTS, PRIZES = 16, 10
LOCKED = "SELECT * INTO w FROM wheel_wheel WHERE id = w.id FOR NO KEY UPDATE"
UNLOCKED = LOCKED.removesuffix(" FOR NO KEY UPDATE")


@pytest.fixture
def site(race_db):
    return cluster.site("ada")


@pytest.fixture
def mona(site):
    with wall(site, "site"):
        return factories.make_merchant("Mona")


def prize(site, mona, quantity, **fields):
    with wall(site, "site"):
        return factories.make_batch(mona, quantity, **fields)


def wheel(site, mona, *slices):
    with wall(site, "site"):
        return factories.make_wheel(mona, *slices)


def at_once(function, arguments, threads=8):
    """Call `function` with each argument on `threads` connections that all start together."""
    connection.close()
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


def phones(count):
    return [f"+9665{number:08d}" for number in range(1, count + 1)]


def wins(site):
    with wall(site, "site"):
        return list(Spin.objects.filter(outcome="win").values_list("coupon_id", flat=True))


def test_sixteen_clients_on_ten_prizes_never_win_eleven(site, mona):
    batch = prize(site, mona, PRIZES)
    wheel(site, mona, ("Voucher", 10_000, batch), ("No Prize", 1))

    def client(phone):
        try:
            return spin(site, mona, phone)
        finally:
            connection.close()  # sixteen clients share the eight connections of the pool

    results = at_once(client, phones(CLIENTS * 4), threads=CLIENTS)

    won = wins(site)
    assert len(won) == len(set(won)) == PRIZES
    assert Counter(one.outcome for one in results) == {"spun": PRIZES, "nothing_left": CLIENTS * 4 - PRIZES}
    with wall(site, "site"):
        assert m.Coupon.objects.filter(batch=batch, state="taken").count() == PRIZES
        # Of those for whom nothing was left no record was kept.
        assert m.Customer.objects.count() == PRIZES


def definition(superuser, site, name):
    """The text of one of the site's functions."""
    (text,) = superuser.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = %s AND p.proname = %s", [site.schema_name, name]
    ).fetchone()  # fmt: skip
    return text


def changed(text, part, other):
    """A function's text with another part, which has to be there once."""
    assert text.count(part) == 1
    return text.replace(part, other)


def test_without_the_locks_of_wheel_and_coupon_one_voucher_is_won_by_many(site, mona, superuser):
    """The control: the same functions, which look and then give, and hold nothing in between."""
    batch = prize(site, mona, PRIZES)
    wheel(site, mona, ("Voucher", 10_000, batch), ("No Prize", 1))
    superuser.execute(changed(definition(superuser, site, "spin_wheel"), LOCKED, UNLOCKED))
    claim = definition(superuser, site, "claim_coupon")
    superuser.execute(changed(claim, "LIMIT 1 FOR UPDATE SKIP LOCKED;", f"LIMIT 1; {GATE}"))

    with all_at(superuser, 8):
        at_once(lambda phone: spin(site, mona, phone), phones(8))

    assert len(wins(site)) == 8 > len(set(wins(site)))


def test_two_first_versions_at_once_are_two_versions_of_one_wheel(site, mona):
    batch = prize(site, mona, 5, claim_until=NOW + factories.DAY)
    with wall(site, "site"):
        owner = factories.member_actor(factories.make_member(mona), mona)

    def save(weight):
        plan = WheelPlan((SegmentPlan("Voucher", "", weight, batch.id), SegmentPlan("No Prize")))
        with wall(site, "merchant", merchant=mona.id):
            return service.save(plan=plan, actor=owner, now=NOW).number

    assert sorted(at_once(save, range(1, 9))) == list(range(1, 9))


def test_one_phone_twenty_times_at_once_spins_once(site, mona):
    batch = prize(site, mona, 30, per_customer_limit=30)
    wheel(site, mona, ("Voucher", 1, batch), ("No Prize", 1))

    results = at_once(lambda _: spin(site, mona), range(20))

    assert Counter(one.outcome for one in results) == {"spun": 1, "again": 19}
    with wall(site, "site"):
        assert Spin.objects.count() == 1
        assert m.Coupon.objects.filter(batch=batch, state="taken").count() == 1
        assert m.Customer.objects.count() == 1


def test_without_its_locks_one_phone_spins_until_the_table_refuses(site, mona, superuser):
    """The control: the customer's lock and the wheel's are why the others are told of the first one's result."""
    batch = prize(site, mona, 30, per_customer_limit=30)
    wheel(site, mona, ("Voucher", 1, batch), ("No Prize", 1))
    spin(site, mona, now=NOW - factories.DAY)  # the customer is known
    text = changed(definition(superuser, site, "spin_wheel"), LOCKED, UNLOCKED)
    text = changed(text, "turn := turn + 1;", f"turn := turn + 1; {GATE}")
    found = "WHERE c.phone_index = p_phone_index"
    superuser.execute(changed(text, f"{found} FOR NO KEY UPDATE", found))
    claim = definition(superuser, site, "claim_coupon")
    superuser.execute(changed(claim, f"{found} FOR NO KEY UPDATE", found))

    def attempt(_):
        try:
            return spin(site, mona).outcome
        except IntegrityError:
            return "refused"

    with all_at(superuser, 8):
        outcomes = Counter(at_once(attempt, range(8)))

    assert outcomes["refused"] > 0
    with wall(site, "site"):
        assert Spin.objects.filter(created_at=NOW).count() == 1


def test_the_limit_per_hour_holds_when_all_come_at_once(site, mona):
    batch = prize(site, mona, 40)
    wheel(site, mona, ("Voucher", 10_000, batch, 5), ("No Prize", 1))

    results = at_once(lambda phone: spin(site, mona, phone), phones(40))

    assert {one.outcome for one in results} == {"spun"}
    assert len(wins(site)) == 5


def test_without_the_wheels_lock_the_limit_per_hour_breaks(site, mona, superuser):
    """The control: the same function, where all have looked before one gives; then it again as it is, with its lock."""
    batch = prize(site, mona, 40)
    wheel(site, mona, ("Voucher", 10_000, batch, 1), ("No Prize", 1))
    text = definition(superuser, site, "spin_wheel")
    superuser.execute(changed(changed(text, "turn := turn + 1;", f"turn := turn + 1; {GATE}"), LOCKED, UNLOCKED))
    with all_at(superuser, 4):
        at_once(lambda phone: spin(site, mona, phone), phones(4), threads=4)
    broken = len(wins(site))

    superuser.execute(text)
    later = NOW + 2 * factories.DAY
    at_once(lambda phone: spin(site, mona, phone, now=later), [f"+9667{n:08d}" for n in range(4)], threads=4)

    assert broken > 1
    assert len(wins(site)) == broken + 1
    (owner,) = superuser.execute(
        "SELECT pg_get_userbyid(proowner) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = %s AND p.proname = 'spin_wheel'", [site.schema_name]
    ).fetchone()  # fmt: skip
    assert owner == levels.role(site.schema_name, "site")


def test_what_runs_out_in_the_very_moment_is_drawn_again_among_the_rest(site, mona):
    """Somebody is taking the last voucher, and commits while the spin waits for it."""
    voucher, drink = prize(site, mona, 1), prize(site, mona, 5)
    wheel(site, mona, ("Voucher", 10_000, voucher), ("Drink", 1, drink))
    holds = threading.Event()

    def take_the_last():
        with wall(site, "site"), transaction.atomic():
            last = m.Coupon.objects.select_for_update().get(batch=voucher)
            last.state, last.taken_at = "taken", NOW
            last.save()
            holds.set()
            until(somebody_waits)
        connection.close()

    connection.close()
    thread = threading.Thread(target=take_the_last)
    thread.start()
    assert holds.wait(timeout=20)
    result = spin(site, mona)
    thread.join(timeout=20)

    with wall(site, "site"):
        made = Spin.objects.select_related("segment").get(id=result.spin_id)
    assert made.segment.label_en == "Drink"
    assert [(one["position"], one["outcome"], one["weights"]) for one in made.draws] == [
        (1, "sold_out", [10_000, 1]), (2, "win", [0, 1]),
    ]  # fmt: skip


def test_spins_and_claims_of_the_same_stock_share_it_and_never_wait_in_a_circle(site, mona):
    one, two = prize(site, mona, 20), prize(site, mona, 20)
    with wall(site, "site"):
        factories.make_wheel(mona, ("One", 1, one), ("No Prize", 1), always=two)

    def act(asked):
        number, phone = asked
        if number % 2:
            chance = [random.Random(number).random()] * spinning.NUMBERS
            return spin(site, mona, phone, chance=chance).outcome
        with wall(site, "visitor"):
            return claims.claim(phone=phone, source="in_store", now=NOW, batch_id=two.id, name="S").outcome

    outcomes = Counter(at_once(act, list(enumerate(phones(60)))))

    def taken(batch):
        return m.Coupon.objects.filter(batch=batch, state="taken").count()

    assert outcomes["spun"] > 0
    with wall(site, "site"):
        spun = list(Spin.objects.exclude(always_coupon=None).values_list("always_coupon", flat=True))
        assert len(set(spun)) == len(spun)
        assert taken(one) == len(set(wins(site)))
        # Who spun got one too, and who claimed: each coupon that left the batch has one of them to show.
        assert taken(two) == len(spun) + outcomes["taken"]
