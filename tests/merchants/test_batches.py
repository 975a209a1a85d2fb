"""Pause, resume, extend, void, move to print, clone."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from credits.models import Entry
from kernel.errors import NotAllowed
from merchants.errors import BadPlan, NoSuchBatch, NoSuchCoupon, WrongState
from merchants.models import Batch, Coupon
from merchants.services import batches, expiry
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW
from tests.merchants.cast import JOB, LATER, claim, generate, open_shop, states

CARL, DINA = "+966500000001", "+966500000002"


@pytest.fixture
def batch(shop):
    return generate(shop, 10)


def again(shop, batch):
    with shop.open():
        return Batch.objects.get(id=batch.id)


def test_a_paused_batch_is_not_claimed_and_what_was_taken_stays(shop, batch):
    taken = claim(shop, batch, CARL)

    with shop.open():
        batches.pause(batch_id=batch.id, actor=shop.owner, now=NOW)

    assert claim(shop, batch, DINA).outcome in {"paused", "unknown"}
    with shop.open():
        assert Coupon.objects.get(id=taken.coupon_id).state == "taken"
        batches.resume(batch_id=batch.id, actor=shop.owner, now=NOW)
    assert claim(shop, batch, DINA).outcome == "taken"


def test_pausing_twice_is_refused(shop, batch):
    with shop.open():
        batches.pause(batch_id=batch.id, actor=shop.owner, now=NOW)
        with pytest.raises(WrongState):
            batches.pause(batch_id=batch.id, actor=shop.owner, now=NOW)

        assert AuditEvent.objects.filter(object_id=batch.id, verb="batch.pause").count() == 1


def test_another_merchants_batch_does_not_exist(shop, batch):
    other = open_shop(shop.site)

    for act in (batches.pause, batches.resume):
        with other.open(), pytest.raises(NoSuchBatch):
            act(batch_id=batch.id, actor=other.owner, now=NOW)
    with other.open(), pytest.raises(NoSuchBatch):
        batches.void(batch_id=batch.id, reason="x", actor=other.owner, now=NOW)
    with other.open(), pytest.raises(NoSuchCoupon):
        with wall(shop.site, "site"):
            coupon_id = Coupon.objects.filter(batch=batch).first().id
        batches.void_coupon(coupon_id=coupon_id, reason="x", actor=other.owner, now=NOW)

    assert again(shop, batch).state == "active"


def test_cashiers_and_site_staff_change_nothing(shop, batch):
    staff = factories.staff_actor(type("User", (), {"name": "S", "id": batch.id})())

    with wall(shop.site, "site"), pytest.raises(NotAllowed):
        batches.void(batch_id=batch.id, reason="x", actor=staff, now=NOW)

    assert again(shop, batch).state == "active"


def test_the_end_can_be_moved_later_and_refunds_wait_for_it(shop, batch):
    with shop.open():
        batches.extend(batch_id=batch.id, claim_until=NOW + 60 * DAY, actor=shop.owner, now=NOW)

    with wall(shop.site, "site"):
        assert expiry.expire(batch_id=batch.id, actor=JOB, now=LATER) == 0
        assert expiry.expire(batch_id=batch.id, actor=JOB, now=NOW + 60 * DAY) == 10


def test_the_end_cannot_be_moved_earlier_or_too_far(shop, batch):
    for until in (batch.claim_until, NOW + DAY, NOW + 4000 * DAY):
        with shop.open(), pytest.raises(BadPlan) as refused:
            batches.extend(batch_id=batch.id, claim_until=until, actor=shop.owner, now=NOW)
        assert list(refused.value.errors) == ["claim_until"]

    assert again(shop, batch).claim_until == batch.claim_until


def test_a_batch_that_ran_out_cannot_be_extended_even_before_the_job_ran(shop, batch):
    with shop.open(), pytest.raises(WrongState):
        batches.extend(batch_id=batch.id, claim_until=NOW + 90 * DAY, actor=shop.owner, now=batch.claim_until)


def test_extending_moves_a_use_until_that_would_lie_before(shop):
    batch = generate(shop, 10, use_until=NOW + 40 * DAY)
    taken = claim(shop, batch, CARL)

    with shop.open():
        batches.extend(batch_id=batch.id, claim_until=NOW + 60 * DAY, actor=shop.owner, now=NOW)

        assert Batch.objects.get(id=batch.id).use_until == NOW + 60 * DAY
        assert Coupon.objects.get(id=taken.coupon_id).use_until == NOW + 40 * DAY  # the terms it was taken under


def test_voiding_withdraws_all_that_is_not_used_and_pays_nothing_back_yet(shop, batch):
    claim(shop, batch, CARL)

    with shop.open():
        assert batches.void(batch_id=batch.id, reason="Kitchen closed", actor=shop.owner, now=NOW) == 10
        assert states(batch) == {"void": 10}
        assert shop.credits == 90
        assert not Entry.objects.filter(action="refund").exists()
        event = AuditEvent.objects.get(verb="batch.void")
    assert (event.reason, again(shop, batch).void_reason) == ("Kitchen closed", "Kitchen closed")


@pytest.mark.parametrize("reason", ["", "   "])
def test_voiding_needs_a_reason(shop, batch, reason):
    with shop.open():
        coupon = Coupon.objects.filter(batch=batch).first()
        with pytest.raises(BadPlan):
            batches.void(batch_id=batch.id, reason=reason, actor=shop.owner, now=NOW)
        with pytest.raises(BadPlan):
            batches.void_coupon(coupon_id=coupon.id, reason=reason, actor=shop.owner, now=NOW)

        assert states(batch) == {"available": 10}


def test_one_coupon_can_be_withdrawn_once(shop, batch):
    with shop.open():
        coupon = Coupon.objects.filter(batch=batch).first()
        batches.void_coupon(coupon_id=coupon.id, reason="Torn", actor=shop.owner, now=NOW)
        with pytest.raises(WrongState):
            batches.void_coupon(coupon_id=coupon.id, reason="Again", actor=shop.owner, now=NOW)

        assert states(batch) == {"available": 9, "void": 1}
        assert Coupon.objects.get(id=coupon.id).void_reason == "Torn"


def test_moving_to_print_takes_the_untaken_out_of_the_online_pool(shop, batch):
    taken = claim(shop, batch, CARL)

    with shop.open():
        assert batches.move_to_print(batch_id=batch.id, actor=shop.owner, now=NOW) == 9
        assert batches.move_to_print(batch_id=batch.id, actor=shop.owner, now=NOW) == 0
        assert Coupon.objects.get(id=taken.coupon_id).lane == "online"
    assert claim(shop, batch, DINA).outcome == "sold_out"
    found = again(shop, batch)
    assert (found.print_quantity, found.sold_out) == (9, True)


def test_a_clone_starts_from_the_same_plan(shop):
    with wall(shop.site, "site"):
        branch = factories.make_branch(shop.merchant)
    batch = generate(shop, 10, print_quantity=3, terms_ar="شروط", weekdays=31, branches=(branch.id,))

    with shop.open():
        copied = batches.plan_of(batch)

    assert (copied.print_quantity, copied.terms_ar, copied.weekdays) == (3, "شروط", 31)
    assert copied.branches == (branch.id,)
