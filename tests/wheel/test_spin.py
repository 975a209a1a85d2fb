"""One spin: what is drawn, what it gives, what is left out, and what nobody else learns."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import Error, connection, transaction

from kernel.models import OutboxEvent
from merchants import models as m
from merchants.services import claims, holding
from storefront.wheel.models import Segment, Spin, WheelVersion
from storefront.wheel.queries import faces
from storefront.wheel.services import spinning
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW
from tests.wheel.conftest import BIRTHDAY, HIGH, spin

HOUR = dt.timedelta(hours=1)
OTHER = "+966500000002"


@pytest.fixture
def voucher(ada_site, mona):
    with wall(ada_site, "site"):
        return factories.make_batch(mona, 5)


@pytest.fixture
def drink(ada_site, mona):
    with wall(ada_site, "site"):
        return factories.make_batch(mona, 5)


def make(site, merchant, *slices, **more):
    with wall(site, "site"):
        return factories.make_wheel(merchant, *slices, **more)


def the_spin(site, result):
    with wall(site, "site"):
        return Spin.objects.select_related("segment", "coupon", "always_coupon").get(id=result.spin_id)


def taken(site, batch):
    with wall(site, "site"):
        return m.Coupon.objects.filter(batch=batch, state="taken").count()


def test_a_win_is_a_claim_of_the_segments_batch(ada_site, mona, voucher):
    make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9))

    result = spin(ada_site, mona)

    made = the_spin(ada_site, result)
    assert (result.outcome, result.fresh, made.outcome, made.segment.position) == ("spun", True, "win", 1)
    assert made.coupon.state == "taken"
    assert made.coupon.source == "wheel"
    assert made.coupon.batch_id == voucher.id
    assert made.coupon.customer_id == result.customer_id
    assert made.draws == [{"random": 0, "weights": [1, 9], "position": 1, "outcome": "win"}]
    with wall(ada_site, "site"):
        assert m.MerchantCustomer.objects.get(customer_id=result.customer_id).claims == 1


def due_by_coupon(ada_site):
    with wall(ada_site, "site"):
        return {one.payload["coupon_id"]: one.due_at for one in OutboxEvent.objects.filter(topic="coupon.taken")}


def test_the_winners_phone_is_told_when_the_wheel_has_told(ada_site, mona, voucher, drink):
    make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9), always=drink)

    made = the_spin(ada_site, spin(ada_site, mona))
    with wall(ada_site, "visitor"):
        claims.claim(phone=OTHER, source="in_store", now=NOW, batch_id=drink.id, name="Sam", birthday=BIRTHDAY)

    due = due_by_coupon(ada_site)
    wheels = [due.pop(str(key)) for key in (made.coupon_id, made.always_coupon_id)]
    assert wheels == [NOW + dt.timedelta(minutes=10)] * 2
    assert list(due.values()) == [NOW]


def test_what_was_shown_is_sent_and_nobody_elses(ada_site, mona, voucher, drink):
    make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9), always=drink)
    made, other = (the_spin(ada_site, spin(ada_site, mona, phone)) for phone in ("+966500000001", OTHER))
    seen = NOW + dt.timedelta(seconds=40)

    with wall(ada_site, "visitor"):
        spinning.seen(made.id, now=seen)
        spinning.seen(made.id, now=seen + dt.timedelta(seconds=5))

    due = due_by_coupon(ada_site)
    assert [due[str(key)] for key in (made.coupon_id, made.always_coupon_id)] == [seen] * 2
    assert due[str(other.coupon_id)] == NOW + dt.timedelta(minutes=10)


def test_no_prize_takes_nothing_and_is_the_days_spin(ada_site, mona, voucher):
    make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9))

    result = spin(ada_site, mona, chance=HIGH)

    assert the_spin(ada_site, result).outcome == "no_prize"
    assert taken(ada_site, voucher) == 0
    assert spin(ada_site, mona).outcome == "again"
    assert taken(ada_site, voucher) == 0


def test_a_repeat_shows_the_first_result_to_the_browser_that_spun_and_to_no_other(ada_site, mona, voucher):
    make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9))
    first = spin(ada_site, mona, device_token="mine")

    mine = spin(ada_site, mona, device_token="mine", chance=HIGH, name="", birthday=None)
    stranger = spin(ada_site, mona, device_token="another")
    kiosk = spin(ada_site, mona, device_token="mine", shared=True)

    assert (mine.outcome, mine.spin_id) == ("again", first.spin_id)
    for other in (stranger, kiosk):
        assert (other.outcome, other.spin_id, other.customer_id) == ("again", None, None)
    assert taken(ada_site, voucher) == 1


def test_a_browser_proves_the_number_it_gave_first_even_without_a_prize(ada_site, mona, voucher):
    make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9))

    spin(ada_site, mona, chance=HIGH, device_token="mine")

    with wall(ada_site, "visitor"):
        assert claims.recognise(phone="+966500000001", device_token="mine").customer_id
        assert claims.recognise(phone="+966500000001", device_token="another").customer_id is None


def test_a_kiosk_proves_nothing(ada_site, mona, voucher):
    make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9))

    result = spin(ada_site, mona, device_token="kiosk", shared=True)

    assert the_spin(ada_site, result).source == "kiosk"
    with wall(ada_site, "site"):
        assert not m.CustomerDevice.objects.exists()


def test_the_next_day_and_a_new_version_each_give_another_spin(ada_site, mona, voucher):
    version = make(ada_site, mona, ("RM5 Voucher", 1, voucher), ("No Prize", 9))
    late = NOW.replace(hour=20, minute=59)  # 23:59 in Riyadh
    assert spin(ada_site, mona, chance=HIGH, now=late).outcome == "spun"
    assert spin(ada_site, mona, chance=HIGH, now=late).outcome == "again"
    assert spin(ada_site, mona, chance=HIGH, now=late + dt.timedelta(minutes=1)).outcome == "spun"
    with wall(ada_site, "site"):
        newer = WheelVersion.objects.create(
            merchant=mona, wheel_id=version.wheel_id, number=2, created_at=NOW, created_label="x"
        )
        Segment.objects.create(
            merchant=mona, version=newer, position=1, label_en="Drink", weight=1, batch=voucher, colour="teal"
        )

    again = spin(ada_site, mona, now=late + dt.timedelta(minutes=2))

    assert the_spin(ada_site, again).version_id == newer.id


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": "paused"}, "paused"), ({"state": "expired"}, "over"), ({"state": "void"}, "closed"),
        ({"claim_until": NOW}, "over"), ({"starts_at": NOW + HOUR}, "not_yet"),
        ({"print_quantity": 5}, "sold_out"),
    ],
)  # fmt: skip
def test_what_cannot_be_claimed_is_left_out_of_the_draw(ada_site, mona, drink, change, why):
    with wall(ada_site, "site"):
        gone = factories.make_batch(mona, 5, **change)
    make(ada_site, mona, ("Gone", 1_000, gone), ("Drink", 1, drink))

    made = the_spin(ada_site, spin(ada_site, mona))

    assert made.segment.label_en == "Drink"
    assert made.left_out == {"1": why}
    assert made.draws[0]["weights"] == [0, 1]


def test_what_the_customer_holds_already_is_left_out(ada_site, mona, voucher, drink):
    make(ada_site, mona, ("Voucher", 1_000, voucher), ("Drink", 1, drink))
    assert the_spin(ada_site, spin(ada_site, mona)).segment.label_en == "Voucher"

    made = the_spin(ada_site, spin(ada_site, mona, now=NOW + DAY))

    assert made.segment.label_en == "Drink"
    assert made.left_out == {"1": "held"}


@pytest.mark.parametrize("stock", [1, 5])
def test_what_a_message_holds_for_the_customer_is_theirs_to_win(ada_site, mona, drink, stock):
    with wall(ada_site, "site"):
        gift = factories.make_batch(mona, stock, per_customer_limit=1)
        customer = factories.make_customer(phone=OTHER, name="Sam")
        held = holding.hold(batch_id=gift.id, customer_id=customer.id, now=NOW)
    make(ada_site, mona, ("Gift", 1_000, gift), ("Drink", 1, drink))

    made = the_spin(ada_site, spin(ada_site, mona, OTHER))

    assert (made.outcome, made.coupon_id, made.left_out) == ("win", held.id, {})
    assert (made.coupon.state, made.coupon.source) == ("taken", "wheel")
    # From now on it counts; and what is held for somebody is nobody else's.
    tomorrow = the_spin(ada_site, spin(ada_site, mona, OTHER, now=NOW + DAY))
    stranger = the_spin(ada_site, spin(ada_site, mona))
    assert tomorrow.left_out == {"1": "sold_out" if stock == 1 else "held"}
    assert stranger.left_out == ({"1": "sold_out"} if stock == 1 else {})


def test_what_a_message_holds_for_somebody_else_is_sold_out(ada_site, mona, drink):
    with wall(ada_site, "site"):
        gift = factories.make_batch(mona, 1)
        customer = factories.make_customer(phone=OTHER, name="Sam")
        holding.hold(batch_id=gift.id, customer_id=customer.id, now=NOW)
    make(ada_site, mona, ("Gift", 1_000, gift), ("Drink", 1, drink))

    assert the_spin(ada_site, spin(ada_site, mona)).left_out == {"1": "sold_out"}


def test_a_prize_with_a_limit_per_hour_waits_its_hour(ada_site, mona, voucher, drink):
    make(ada_site, mona, ("Voucher", 1_000, voucher, 2), ("Drink", 1, drink))

    drawn = [
        the_spin(ada_site, spin(ada_site, mona, f"+96650000001{n}", now=NOW + dt.timedelta(minutes=n))).segment.label_en
        for n in range(3)
    ]
    later = the_spin(ada_site, spin(ada_site, mona, OTHER, now=NOW + HOUR)).segment.label_en

    assert drawn == ["Voucher", "Voucher", "Drink"]
    assert later == "Voucher"


@pytest.mark.parametrize("anyway", [False, True])
def test_when_every_prize_waits_for_its_hour_nothing_turns_and_the_days_spin_is_kept(
    ada_site, mona, voucher, drink, anyway
):
    make(ada_site, mona, ("Voucher", 1, voucher, 1), ("Too", 1, voucher, 1), always=drink if anyway else None)
    spin(ada_site, mona)

    early = spin(ada_site, mona, OTHER, now=NOW + dt.timedelta(minutes=1))
    with wall(ada_site, "site"):
        stored = m.Customer.objects.count()
    later = spin(ada_site, mona, OTHER, now=NOW + HOUR)

    assert (early.outcome, early.spin_id, early.customer_id, stored) == ("pacing", None, None, 1)
    assert the_spin(ada_site, later).outcome == "win"
    assert (taken(ada_site, voucher), taken(ada_site, drink)) == (2, 2 * anyway)


def test_pacing_counts_where_the_customer_holds_the_rest(ada_site, mona, voucher, drink):
    make(ada_site, mona, ("Voucher", 1, voucher, 1), ("Drink", 1, drink))
    spin(ada_site, mona)  # takes the voucher of this hour
    with wall(ada_site, "visitor"):
        claims.claim(phone=OTHER, source="wheel", now=NOW, batch_id=drink.id, name="Sam", birthday=BIRTHDAY)

    assert spin(ada_site, mona, OTHER).outcome == "pacing"
    with wall(ada_site, "site"):
        assert Spin.objects.count() == 1
        assert m.Customer.objects.filter(name="Sam").exists()


def test_the_limit_per_hour_goes_on_over_a_new_version(ada_site, mona, voucher):
    version = make(ada_site, mona, ("Voucher", 1, voucher, 1), ("No Prize", 1))
    spin(ada_site, mona)
    with wall(ada_site, "site"):
        newer = WheelVersion.objects.create(
            merchant=mona, wheel_id=version.wheel_id, number=2, created_at=NOW, created_label="x"
        )
        for place, batch in ((1, voucher), (2, None)):
            Segment.objects.create(
                merchant=mona, version=newer, position=place, label_en="V", weight=9, batch=batch, colour="teal",
                per_hour=1 if batch else None,
            )  # fmt: skip

    assert the_spin(ada_site, spin(ada_site, mona, OTHER)).left_out == {"1": "pacing"}


def test_the_coupon_given_in_any_case_comes_with_every_outcome(ada_site, mona, voucher, drink):
    make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1), always=drink)

    won = the_spin(ada_site, spin(ada_site, mona))
    lost = the_spin(ada_site, spin(ada_site, mona, OTHER, chance=HIGH))

    assert won.coupon.batch_id == voucher.id
    assert won.always_coupon.batch_id == drink.id
    assert lost.coupon is None
    assert lost.always_coupon.batch_id == drink.id
    # Who holds it at the limit spins without a second one.
    assert the_spin(ada_site, spin(ada_site, mona, now=NOW + DAY, chance=HIGH)).always_coupon is None


def test_a_wheel_on_which_nothing_can_be_won_is_not_turned(ada_site, mona):
    with wall(ada_site, "site"):
        gone = factories.make_batch(mona, 1, print_quantity=1)
    make(ada_site, mona, ("Voucher", 1, gone), ("No Prize", 1))

    assert spin(ada_site, mona).outcome == "nothing_left"
    with wall(ada_site, "site"):
        assert not m.Customer.objects.exists()
        assert not Spin.objects.exists()


def test_who_holds_every_prize_still_gets_what_is_given_in_any_case(ada_site, mona, voucher, drink):
    make(ada_site, mona, ("Voucher", 1, voucher), ("More", 1, voucher), always=drink)
    with wall(ada_site, "visitor"):
        claims.claim(phone=OTHER, source="in_store", now=NOW, batch_id=voucher.id, name="Sam", birthday=BIRTHDAY)

    made = the_spin(ada_site, spin(ada_site, mona, OTHER))

    assert (made.outcome, made.segment, made.draws) == ("nothing_left", None, [])
    assert made.always_coupon.batch_id == drink.id


@pytest.mark.parametrize("state", ["pending_payment", "expired", "suspended", "archived"])
def test_only_an_active_merchants_wheel_runs(ada_site, mona, voucher, state):
    make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1))
    with wall(ada_site, "site"):
        m.Merchant.objects.filter(id=mona.id).update(state=state)

    assert spin(ada_site, mona).outcome == "closed"
    with wall(ada_site, "visitor"):
        assert not faces.face_of(mona.id, now=NOW).runs


def test_a_wheel_that_is_off_or_not_there_is_closed(ada_site, mona, voucher):
    assert spin(ada_site, mona).outcome == "closed"
    make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1), is_on=False)
    assert spin(ada_site, mona).outcome == "closed"


def test_a_number_without_a_record_needs_its_details(ada_site, mona, voucher):
    make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1))
    assert spin(ada_site, mona, name="", birthday=None).outcome == "details_needed"


def test_a_spin_takes_as_many_numbers_as_it_can_need(ada_site, mona, voucher):
    make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1))
    with pytest.raises(ValueError):
        spin(ada_site, mona, chance=[0.5])


def test_versions_segments_and_spins_are_never_changed(ada_site, mona, voucher):
    make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1))
    spin(ada_site, mona)
    for model, change in ((WheelVersion, {"number": 9}), (Segment, {"weight": 9}), (Spin, {"outcome": "win"})):
        with wall(ada_site, "site"):
            with pytest.raises(Error, match="append-only"), transaction.atomic():
                model.objects.update(**change)
            with pytest.raises(Error, match="append-only"), transaction.atomic():
                model.objects.all()._raw_delete("default")


def test_visitors_read_no_table_of_the_wheel(ada_site, mona, voucher):
    make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1))
    spin(ada_site, mona)
    with wall(ada_site, "visitor"):
        for table in ("wheel_wheel", "wheel_wheelversion", "wheel_segment", "wheel_spin"):
            with pytest.raises(Error, match="permission denied"), transaction.atomic():
                connection.cursor().execute(f"SELECT * FROM {table}")
        face = faces.face_of(mona.id, now=NOW)
    assert face.runs
    assert [one.label_en for one in face.slices] == ["Voucher", "No Prize"]
    assert face.kept_back == {voucher.id}


def test_another_merchant_sees_nothing_and_cannot_point_at_it(ada_site, mona, voucher):
    version = make(ada_site, mona, ("Voucher", 1, voucher), ("No Prize", 1))
    spin(ada_site, mona)
    with wall(ada_site, "site"):
        sam = factories.make_merchant("Sam")
    with wall(ada_site, "merchant", merchant=sam.id):
        assert not Spin.objects.exists()
        assert not Segment.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM wheel_open(%s, NULL, %s)", [version.id, NOW])
            assert cursor.fetchone() == (0,)
        with pytest.raises(Error), transaction.atomic():
            factories.make_wheel(sam, ("Hers", 1, voucher), ("No Prize", 1))
        with pytest.raises(Error, match="permission denied"), transaction.atomic():
            connection.cursor().execute("SELECT spin_page(%s)", [version.id])
