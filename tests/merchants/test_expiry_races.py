"""Claim against expiry at the last instant: each coupon ends in exactly one of the two, and the credits tie to it.

The control counts before it closes, as a naive expiry would, and pays back coupons that somebody took.
"""

from __future__ import annotations

import threading
import uuid

from django.db import connection, transaction

from credits.services import ledger
from merchants import locks
from merchants.models import Batch, Coupon
from merchants.services import batches, expiry
from tenants.walls import wall
from tests.factories import DAY, NOW
from tests.merchants.cast import JOB, claim, differences, escrow, generate
from tests.threads import run_threads

ROUNDS = 300
END = NOW + 30 * DAY
JUST_BEFORE = END - DAY / 86_400


def outcome(shop, batch):
    """Taken coupons, refunded credits and what is left in escrow."""
    with wall(shop.site, "site"):
        found = Batch.objects.get(id=batch.id)
        taken = Coupon.objects.filter(batch=batch).exclude(taken_at=None).count()
        expired = Coupon.objects.filter(batch=batch, state="expired").count()
        return taken, expired, found.refunded, escrow(batch)


def race(shop, batches_, expire):
    """One thread claims what another expires, batch by batch; both meet at each."""
    meeting = threading.Barrier(2)

    def work(number):
        for position, batch in enumerate(batches_):
            meeting.wait()
            if number:
                claim(shop, batch, f"+9665{position:08d}", now=JUST_BEFORE)
            else:
                expire(batch)

    assert run_threads(2, work) == [None, None]


def test_at_the_boundary_a_coupon_is_taken_or_refunded_and_never_both(race_shop):
    made = [generate(race_shop, 1) for _ in range(100)]
    refunded = taken = 0

    def expire(batch):
        with wall(race_shop.site, "site"):
            expiry.expire(batch_id=batch.id, actor=JOB, now=END)

    for _ in range(ROUNDS // 100):
        race(race_shop, made, expire)
        for batch in made:
            was_taken, was_expired, back, left = outcome(race_shop, batch)
            assert (was_taken + was_expired, back, left) == (1, was_expired, 0)
            refunded += back
            taken += was_taken
        with wall(race_shop.site, "site"):
            assert race_shop.credits == 100 - taken
            if taken:
                ledger.grant(
                    merchant_id=race_shop.merchant.id, unit="coupon", amount=taken, reason="again", actor=JOB, now=END,
                    key=uuid.uuid4(),
                )  # fmt: skip
        taken = 0
        made = [generate(race_shop, 1) for _ in range(100)]

    assert refunded > 0
    assert differences() == []


def test_eight_workers_that_expire_one_batch_refund_it_once(race_shop):
    for _ in range(20):
        batch = generate(race_shop, 5)

        def work(_number, batch=batch):
            with wall(race_shop.site, "site"):
                return expiry.expire(batch_id=batch.id, actor=JOB, now=END)

        assert sorted(run_threads(8, work)) == [0] * 7 + [5]
    with wall(race_shop.site, "site"):
        assert race_shop.credits == 100
    assert differences() == []


def test_extending_and_expiring_at_once_do_one_of_the_two(race_shop):
    for _ in range(30):
        batch = generate(race_shop, 3)

        def work(number, batch=batch):
            if number:
                with race_shop.open():
                    batches.extend(batch_id=batch.id, claim_until=END + DAY, actor=race_shop.owner, now=JUST_BEFORE)
            else:
                with wall(race_shop.site, "site"):
                    expiry.expire(batch_id=batch.id, actor=JOB, now=END)

        run_threads(2, work)
        with wall(race_shop.site, "site"):
            found = Batch.objects.get(id=batch.id)
            if found.state == "expired":
                assert (found.claim_until, found.refunded, escrow(batch)) == (END, 3, 0)
            else:
                assert (found.claim_until, found.refunded, escrow(batch)) == (END + DAY, 0, 3)
                expiry.expire(batch_id=batch.id, actor=JOB, now=END + DAY)
            assert race_shop.credits == 100
    assert differences() == []


def test_voiding_claiming_and_expiring_at_once_tie_to_the_unit(race_shop):
    for number in range(30):
        batch = generate(race_shop, 3)

        def work(worker, batch=batch, number=number):
            if worker == 0:
                with race_shop.open():
                    batches.void(batch_id=batch.id, reason="x", actor=race_shop.owner, now=JUST_BEFORE)
            elif worker == 1:
                claim(race_shop, batch, f"+9665{number:08d}", now=JUST_BEFORE)
            else:
                with wall(race_shop.site, "site"):
                    expiry.expire(batch_id=batch.id, actor=JOB, now=END)

        run_threads(3, work)
        taken, _, back, left = outcome(race_shop, batch)
        assert (back, left) == (3 - taken, 0)
    assert differences() == []


def test_control_an_expiry_that_counts_first_pays_back_what_was_taken(race_shop):
    """Without the rule (close the rows, then count) a claim slips between, and the figures no longer tie."""
    batch = generate(race_shop, 1)
    counted, claimed = threading.Event(), threading.Event()

    def careless():
        with wall(race_shop.site, "site"), transaction.atomic():
            found = locks.batch(batch.id)
            untaken = Coupon.objects.filter(batch=found, taken_at=None).count()
            counted.set()
            assert claimed.wait(60)
            Coupon.objects.filter(batch=found, state="available").update(state="expired")
            ledger.settle_escrow(
                batch_id=found.id, refund=untaken, consumed=found.made - untaken, actor=JOB, now=END,
                key=ledger.key_for("batch.expire", found.id),
            )  # fmt: skip
        connection.close()

    thread = threading.Thread(target=careless)
    thread.start()
    assert counted.wait(60)
    assert claim(race_shop, batch, "+966500000001", now=JUST_BEFORE).outcome == "taken"
    claimed.set()
    thread.join()

    with wall(race_shop.site, "site"):
        assert Coupon.objects.get(batch=batch).state == "taken"
        assert race_shop.credits == 100  # taken, and paid back all the same
