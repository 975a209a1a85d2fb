"""At the end one credit per coupon that was never taken comes back, once; what was not used in time lapses."""

from __future__ import annotations

import pytest

from credits.models import Entry
from kernel.ids import uuid7
from merchants.models import Batch, Coupon
from merchants.services import batches, expiry, redemption
from tenants.walls import wall
from tests.factories import DAY, NOW
from tests.merchants.cast import JOB, LATER, claim, differences, escrow, generate, open_shop, states


def expire(shop, batch, now=LATER):
    with wall(shop.site, "site"):
        return expiry.expire(batch_id=batch.id, actor=JOB, now=now)


def settled(shop, batch, *, left):
    with wall(shop.site, "site"):
        assert shop.credits == left
        assert escrow(batch) == 0
        assert Batch.objects.get(id=batch.id).state == "expired"
        assert Entry.objects.filter(related_id=batch.id, action="refund").count() <= 1
    assert differences() == []


@pytest.mark.parametrize("taken", [0, 1, 4, 10])
def test_exactly_the_untaken_come_back(shop, taken):
    batch = generate(shop, 10)
    for number in range(taken):
        assert claim(shop, batch, f"+96650000000{number}").outcome == "taken"

    assert expire(shop, batch) == 10 - taken

    settled(shop, batch, left=100 - taken)
    with shop.open():
        assert states(batch) == {
            state: n for state, n in {"expired": 10 - taken, "taken": taken}.items() if n
        }
        found = Batch.objects.get(id=batch.id)
    assert (found.refunded, found.closed_at) == (10 - taken, LATER)


def test_expiring_twice_refunds_once(shop):
    batch = generate(shop, 10)

    assert [expire(shop, batch), expire(shop, batch), expire(shop, batch, LATER + DAY)] == [10, 0, 0]

    settled(shop, batch, left=100)


def test_nothing_happens_before_the_last_instant(shop):
    batch = generate(shop, 10)

    assert expire(shop, batch, batch.claim_until - DAY / 86400) == 0
    with shop.open():
        assert (shop.credits, states(batch)) == (90, {"available": 10})
    assert expire(shop, batch, batch.claim_until) == 10


def test_a_paused_batch_ends_like_any_other(shop):
    batch = generate(shop, 10)
    with shop.open():
        batches.pause(batch_id=batch.id, actor=shop.owner, now=NOW)

    assert expire(shop, batch) == 10

    settled(shop, batch, left=100)


def test_a_void_batch_is_refunded_at_its_original_end_without_what_was_taken(shop):
    batch = generate(shop, 10)
    claim(shop, batch, "+966500000001")
    with shop.open():
        batches.void(batch_id=batch.id, reason="Closed", actor=shop.owner, now=NOW)

    assert expire(shop, batch, NOW + 29 * DAY) == 0
    assert expire(shop, batch) == 9

    settled(shop, batch, left=99)
    with shop.open():
        assert states(batch) == {"void": 10}  # withdrawn stays withdrawn


def test_a_single_void_coupon_is_refunded_with_the_rest_unless_it_was_taken(shop):
    batch = generate(shop, 10)
    taken = claim(shop, batch, "+966500000001")
    with shop.open():
        free = Coupon.objects.filter(batch=batch, state="available").first()
        for coupon_id in (taken.coupon_id, free.id):
            batches.void_coupon(coupon_id=coupon_id, reason="Torn", actor=shop.owner, now=NOW)

    assert expire(shop, batch) == 9

    settled(shop, batch, left=99)


def test_held_coupons_were_never_taken(shop):
    batch = generate(shop, 10)
    with wall(shop.site, "site"):
        Coupon.objects.filter(id=Coupon.objects.filter(batch=batch).first().id).update(state="held")

    assert expire(shop, batch) == 10

    settled(shop, batch, left=100)


def test_redeemed_and_undone_coupons_stay_paid(shop):
    batch = generate(shop, 3, print_quantity=2)
    with shop.open():
        first, second = Coupon.objects.filter(batch=batch, lane="print")
        for coupon in (first, second):
            answer = redemption.redeem(serial=coupon.serial, nonce=uuid7(), actor=shop.owner, now=NOW)
            assert answer.ok, answer
        redemption.undo(redemption_id=answer.redemption_id, reason="Wrong one", actor=shop.owner, now=NOW)

    assert expire(shop, batch) == 1

    settled(shop, batch, left=98)


def test_no_whatsapp_credit_moves(shop):
    batch = generate(shop, 10)
    expire(shop, batch)

    with shop.open():
        assert not Entry.objects.exclude(unit="coupon").exists()


def test_the_refund_reaches_a_merchant_whose_plan_is_over(ada_site):
    shop = open_shop(ada_site, 100)
    batch = generate(shop, 10)
    with wall(ada_site, "site"):
        shop.merchant.state = "expired"
        shop.merchant.save(update_fields=["state"])

    assert expire(shop, batch) == 10

    settled(shop, batch, left=100)


def test_one_batch_that_cannot_be_settled_does_not_hold_up_the_others(shop):
    broken, good = generate(shop, 10), generate(shop, 10)
    with wall(shop.site, "site"):
        Batch.objects.filter(id=broken.id).update(made=11, claim_until=NOW + DAY)  # what no code of ours would do

        assert expiry.expire_due(actor=JOB, now=LATER) == 1

        assert Batch.objects.get(id=broken.id).state == "active"
        assert (escrow(broken), escrow(good), shop.credits) == (10, 0, 90)


def test_taken_coupons_lapse_when_their_own_time_is_over(shop):
    batch = generate(shop, 3, use_days=2)
    early, late = claim(shop, batch, "+966500000001"), claim(shop, batch, "+966500000002", now=NOW + 5 * DAY)

    with wall(shop.site, "site"):
        assert expiry.lapse(now=NOW + 4 * DAY) == 1
        assert expiry.lapse(now=NOW + 4 * DAY) == 0

        assert Coupon.objects.get(id=early.coupon_id).state == "lapsed"
        assert Coupon.objects.get(id=late.coupon_id).state == "taken"


def test_use_days_end_with_the_day_of_the_merchant(shop):
    """Claimed on 1 March at noon in Riyadh with two days: usable to the end of 3 March there, 21:00 UTC."""
    batch = generate(shop, 3, use_days=2)
    taken = claim(shop, batch, "+966500000001")

    with shop.open():
        assert Coupon.objects.get(id=taken.coupon_id).use_until.isoformat() == "2026-03-03T21:00:00+00:00"


def test_lapsing_costs_and_returns_nothing(shop):
    batch = generate(shop, 3)
    claim(shop, batch, "+966500000001")
    with wall(shop.site, "site"):
        expiry.lapse(now=LATER)

    assert expire(shop, batch) == 2

    settled(shop, batch, left=99)
