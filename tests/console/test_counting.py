"""Each site counts its merchants' months for the console: the figures of their statements, again and again the same."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import transaction

from agents.statements.registry import Owner
from agents.statements.sections import merchant as statement
from agents.statements.services import months
from console import locks
from console.services import counting
from console.tasks import count_months
from credits.services import ledger
from kernel import clock
from kernel.ids import uuid7
from merchants.models import Coupon, Merchant, Redemption
from merchants.services import expiry
from messaging import sections
from messaging.choices import Trigger
from messaging.models import Message
from messaging.services import outcomes
from tenants.models import MerchantMonth, Site
from tenants.walls import wall
from tests import cluster
from tests.factories import DAY, NOW
from tests.merchants.cast import JOB, Shop, claim, generate, open_shop
from tests.messaging.cast import Phone, connect, open_phone
from tests.messaging.test_statuses import tell, under_way

FEBRUARY, MARCH, APRIL = (dt.date(2026, month, 1) for month in (2, 3, 4))
# Ada's site stands in Riyadh: its March begins three hours before that of UTC.
MIDNIGHT = dt.datetime(2026, 2, 28, 21, tzinfo=dt.UTC)
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)


@pytest.fixture
def phone(db):
    site = cluster.site("ada")
    connect(site)
    found = open_phone(site)
    stock(found.shop)
    return found


def stock(shop: Shop) -> None:
    """Coupon credits from long ago: what is moved later on a wallet is never booked before."""
    with wall(shop.site, "site"):
        ledger.grant(
            merchant_id=shop.merchant.id,
            unit="coupon",
            amount=100,
            reason="x",
            actor=JOB,
            now=NOW - 400 * DAY,
            key=uuid7(),
        )


def count(phone: Phone, now: dt.datetime = NOW) -> int:
    with phone.at_site():
        return counting.count(now=now)


def figures(phone: Phone, month: dt.date = MARCH) -> dict[str, int]:
    """What stands in the registry, without the noughts."""
    with phone.at_site():
        found = MerchantMonth.objects.filter(merchant_id=phone.merchant_id, month=month).values().first() or {}
    return {
        name: value for name, value in found.items() if value and name not in {"id", "site_id", "merchant_id", "month", "counted_at"}
    }  # fmt: skip


def told(phone: Phone, month: dt.date = MARCH) -> dict[str, int]:
    """The same figures, as the merchant's statement has them."""
    with phone.at_site():
        zone = Merchant.objects.get(id=phone.merchant_id).time_zone
        owner = Owner(phone.merchant_id, phone.shop.site.id, *months.period(month, zone))
        (rows,) = sections.of_merchants([owner]).values()
        (coupons,) = statement.coupons([owner]).values()
    found = dict(
        zip(("coupons_made", "coupons_taken", "coupons_redeemed", "coupons_refunded"), (f.value for f in coupons.figures), strict=True)
    )  # fmt: skip
    for kind, row in zip(("ui", "bi"), rows.tables[0].rows, strict=True):
        found |= dict(zip((f"{kind}_arrived", f"{kind}_failed", f"{kind}_credits"), row[1:], strict=True))
    return {name: value for name, value in found.items() if value}


def test_a_months_messages_and_coupons_are_counted_as_the_statement_has_them(phone):
    february = NOW - 10 * DAY
    batch = generate(phone.shop, 10, now=february, starts_at=february, claim_until=NOW + 5 * DAY)
    claim(phone.shop, batch, "+966551000001", now=february)
    for number in (2, 3, 4):
        claim(phone.shop, batch, f"+96655100000{number}", now=NOW)
    with phone.at_site():
        taken = list(Coupon.objects.filter(batch=batch, state="taken").order_by("taken_at"))
        for coupon, undone_at in zip(taken, (None, NOW, NOW + 40 * DAY, None), strict=True):
            Redemption.objects.create(
                merchant=phone.shop.merchant, coupon=coupon, batch=batch, actor_label="x", at=NOW, undone_at=undone_at
            )
        Redemption.objects.filter(coupon=taken[-1]).update(at=february)
        for word in ("delivered", "read"):
            tell(under_way(phone.queued()), word)
        tell(under_way(phone.queued()), "failed", code=131026)
        tell(under_way(phone.queued(Trigger.BIRTHDAY, batch_id=phone.batch().id)), "sent")
        phone.queued()
        expiry.expire_due(actor=JOB, now=NOW + 5 * DAY)

    count(phone, NOW + 6 * DAY)

    assert figures(phone, FEBRUARY) == {"coupons_made": 10, "coupons_taken": 1, "coupons_redeemed": 1}
    march = figures(phone)
    assert (march["ui_arrived"], march["ui_failed"], march["ui_credits"]) == (2, 1, 2)
    assert (march["bi_arrived"], march["bi_credits"]) == (1, 1)
    assert (march["coupons_redeemed"], march["coupons_refunded"]) == (2, 6)
    assert "coupons_made" not in march
    assert (figures(phone, FEBRUARY), march) == (told(phone, FEBRUARY), told(phone))


def test_a_message_that_was_sent_last_month_and_failed_this_month_is_told_in_both(phone):
    sent = MIDNIGHT - SECOND
    with phone.at_site():
        message = under_way(phone.queued(coupon_id=None))
        tell(message, "sent", at=sent)
        Message.objects.filter(id=message.id).update(created_at=sent)

    count(phone, NOW)
    assert figures(phone, FEBRUARY) == {"ui_arrived": 1}
    with phone.at_site():
        tell(message, "failed", code=131026)
    count(phone, NOW)

    # The credit came and went at the moments of the news, both in March.
    assert figures(phone, FEBRUARY) == told(phone, FEBRUARY) == {"ui_arrived": 1}
    assert figures(phone) == told(phone) == {"ui_failed": 1}


def test_a_credit_that_comes_back_in_a_later_month_stands_there_with_a_minus(phone):
    with phone.at_site():
        message = under_way(phone.queued(coupon_id=None))
        tell(message, "sent")
        with transaction.atomic():
            outcomes.refused(
                message.id, turn=1, verdict="final", code=131026, title="gone", now=NOW + 31 * DAY, random=lambda: 0.5
            )

    count(phone, NOW + 32 * DAY)

    assert figures(phone, MARCH) == told(phone, MARCH) | {"ui_credits": 1, "ui_arrived": 1}
    assert figures(phone, APRIL) == told(phone, APRIL) == {"ui_failed": 1, "ui_credits": -1}


def test_the_month_begins_where_the_site_is(phone):
    batch = generate(phone.shop, 5, now=NOW - 9 * DAY, starts_at=NOW - 9 * DAY)
    claim(phone.shop, batch, "+966551000001", now=MIDNIGHT - SECOND)
    claim(phone.shop, batch, "+966551000002", now=MIDNIGHT)

    count(phone)

    assert figures(phone, FEBRUARY) == {"coupons_made": 5, "coupons_taken": 1}
    assert figures(phone, MARCH) == {"coupons_taken": 1}


def test_counting_again_changes_nothing_but_the_moment(phone):
    batch = generate(phone.shop, 5)
    claim(phone.shop, batch, "+966551000001")
    count(phone)
    with phone.at_site():
        before = MerchantMonth.objects.values().get()

    count(phone, NOW + SECOND)

    with phone.at_site():
        assert MerchantMonth.objects.values().get() == before | {"counted_at": NOW + SECOND}


def test_what_changed_is_brought_up_to_date_and_what_fell_away_is_nought(phone):
    batch = generate(phone.shop, 5, now=NOW - 9 * DAY, starts_at=NOW - 9 * DAY)
    claim(phone.shop, batch, "+966551000001", now=NOW - 9 * DAY)
    with phone.at_site():
        coupon = Coupon.objects.get(batch=batch, state="taken")
        redemption = Redemption.objects.create(
            merchant=phone.shop.merchant, coupon=coupon, batch=batch, actor_label="x", at=NOW
        )
    count(phone)
    assert figures(phone) == {"coupons_redeemed": 1}

    with phone.at_site():
        Redemption.objects.filter(id=redemption.id).update(undone_at=NOW)
    count(phone)
    assert figures(phone) == {}

    claim(phone.shop, batch, "+966551000002")
    count(phone)
    assert figures(phone) == {"coupons_taken": 1}


def test_two_merchants_and_two_sites_are_counted_each_for_itself(phone, bob_site):
    sam, bobs = open_shop(phone.shop.site, 100), open_shop(bob_site, 100)
    for shop, quantity in ((phone.shop, 3), (sam, 4), (bobs, 5)):
        generate(shop, quantity)

    assert count(phone) == 2

    with phone.at_site():
        made = dict(MerchantMonth.objects.values_list("merchant_id", "coupons_made"))
    assert made == {phone.merchant_id: 3, sam.merchant.id: 4}
    with wall(bob_site, "site"):
        assert not MerchantMonth.objects.exists()
        assert counting.count(now=NOW) == 1
        assert MerchantMonth.objects.get().coupons_made == 5


@pytest.mark.parametrize(("zone", "month"), [("Asia/Kuala_Lumpur", MARCH), ("Africa/Casablanca", FEBRUARY)])
def test_a_merchants_month_goes_by_its_own_clock(phone, zone, month):
    """An hour before midnight in Riyadh: March has begun in Kuala Lumpur, and not in Casablanca two hours later."""
    with phone.at_site():
        Merchant.objects.filter(id=phone.merchant_id).update(time_zone=zone)
    at = MIDNIGHT + (-HOUR if month == MARCH else HOUR)
    claim(phone.shop, generate(phone.shop, 5, now=at, starts_at=at, claim_until=NOW + 5 * DAY), "+966551000001", now=at)

    count(phone, at)

    assert figures(phone, month) == told(phone, month) == {"coupons_made": 5, "coupons_taken": 1}


def test_a_merchant_for_whom_nothing_happened_has_no_row(phone):
    open_shop(phone.shop.site)

    assert count(phone) == 0


def test_the_month_before_is_counted_for_seven_days_and_a_gap_is_made_up_for(phone):
    site = phone.shop.site
    generate(phone.shop, 5, now=NOW - 300 * DAY, starts_at=NOW - 300 * DAY)
    march = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)

    with phone.at_site():
        assert len(counting.open_months(site, march)) == 12
        counting.count(now=march)
        assert MerchantMonth.objects.get().month == dt.date(2025, 5, 1)
        for counted, now, expected in (
            ((3, 20), (3, 20), [MARCH]),
            ((3, 20), (4, 2), [APRIL, MARCH]),
            ((4, 7), (4, 7), [APRIL, MARCH]),
            ((4, 8), (4, 8), [APRIL]),
            ((2, 20), (4, 20), [APRIL, MARCH, FEBRUARY]),
        ):
            MerchantMonth.objects.update(counted_at=dt.datetime(2026, *counted, 12, tzinfo=dt.UTC))
            assert counting.open_months(site, dt.datetime(2026, *now, 13, tzinfo=dt.UTC)) == expected


def test_the_task_counts_a_suspended_site_too(phone, master_site, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    generate(phone.shop, 5)
    with wall(master_site, "master"):
        Site.objects.filter(id=phone.shop.site.id).update(state="suspended")

    count_months(site_id=str(phone.shop.site.id))

    with phone.at_site():
        assert MerchantMonth.objects.get().coupons_made == 5


def test_who_finds_somebody_counting_leaves_it_to_them(race_db):
    site = cluster.site("ada")
    shop = open_shop(site, coupon=100)
    generate(shop, 5)
    held, done, found = threading.Event(), threading.Event(), []

    def other() -> None:
        with wall(site, "site"), transaction.atomic():
            found.append(locks.counting(site.id))
            held.set()
            done.wait(20)
        cluster.close_connections()

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(20)
    with wall(site, "site"):
        assert counting.count(now=NOW) == 0
    with wall(cluster.site("bob"), "site"), transaction.atomic():
        assert locks.counting(cluster.SITES["bob"])
    done.set()
    thread.join()

    assert found == [True]
    with wall(site, "site"):
        assert counting.count(now=NOW) == 1
