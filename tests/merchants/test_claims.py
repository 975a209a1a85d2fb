"""Claims through the service, as a visitor: who gets what, who learns what, and what is kept."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from kernel import crypto
from kernel.errors import NotAllowed
from kernel.models import OutboxEvent
from merchants import models as m
from merchants.services import claims, customers, holding
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW

CARL = "+966500000001"
BIRTHDAY = dt.date(1990, 5, 17)


@pytest.fixture
def mona(ada_site):
    with wall(ada_site, "site"):
        return factories.make_merchant("Mona")


def make(site, merchant, quantity=3, **fields):
    with wall(site, "site"):
        return factories.make_batch(merchant, quantity, **fields)


def claim(site, batch=None, phone=CARL, *, now=NOW, name="Carl", source="centre", level="visitor", **more):
    merchant = {"merchant": more.pop("merchant")} if level == "merchant" else {}
    with wall(site, level, **merchant):
        return claims.claim(
            phone=phone, source=source, now=now, batch_id=batch.id if batch else None, name=name, birthday=BIRTHDAY,
            **more,
        )  # fmt: skip


def taken_of(site, batch):
    with wall(site, "site"):
        return list(m.Coupon.objects.filter(batch=batch, state="taken").order_by("ordinal"))


def test_a_claim_takes_one_coupon_and_makes_the_customer(ada_site, mona):
    batch = make(ada_site, mona)

    result = claim(ada_site, batch, device_token="browser")

    assert (result.outcome, result.fresh, result.proved) == ("taken", True, True)
    (coupon,) = taken_of(ada_site, batch)
    assert (coupon.serial, coupon.ordinal, coupon.source, coupon.taken_at) == (result.serial, 1, "centre", NOW)
    with wall(ada_site, "site"):
        person = customers.opened(m.Customer.objects.get(id=result.customer_id))
        assert (person.phone, person.name, person.birthday) == (CARL, "Carl", BIRTHDAY)
        assert m.MerchantCustomer.objects.get(customer_id=result.customer_id).claims == 1
        event = OutboxEvent.objects.get(topic="coupon.taken")
    assert event.payload == {"coupon_id": str(coupon.id), "merchant_id": str(mona.id), "source": "centre"}


def test_a_second_claim_makes_nothing_new_and_shows_the_held_coupon_to_the_proved_browser_only(ada_site, mona):
    batch = make(ada_site, mona)
    first = claim(ada_site, batch, device_token="browser")

    same_browser = claim(ada_site, batch, device_token="browser")
    stranger = claim(ada_site, batch, device_token="another")
    nobody = claim(ada_site, batch)

    assert (same_browser.outcome, same_browser.serial) == ("held", first.serial)
    for answer in (stranger, nobody):
        assert answer == claims.ClaimResult("held")
    assert len(taken_of(ada_site, batch)) == 1


def test_a_limit_of_two_gives_two_and_no_third(ada_site, mona):
    batch = make(ada_site, mona, 5, per_customer_limit=2)

    outcomes = [claim(ada_site, batch).outcome for _ in range(3)]

    assert outcomes == ["taken", "taken", "held"]
    assert [coupon.ordinal for coupon in taken_of(ada_site, batch)] == [1, 2]


def test_a_withdrawn_coupon_does_not_count_and_its_ordinal_is_not_used_again(ada_site, mona):
    batch = make(ada_site, mona)
    first = claim(ada_site, batch)
    with wall(ada_site, "site"):
        m.Coupon.objects.filter(id=first.coupon_id).update(state="void")

    assert claim(ada_site, batch).outcome == "taken"
    assert [coupon.ordinal for coupon in taken_of(ada_site, batch)] == [2]


def test_the_online_pool_never_gives_a_printed_coupon(ada_site, mona):
    batch = make(ada_site, mona, 3, print_quantity=2)

    assert claim(ada_site, batch, "+966500000001").outcome == "taken"
    assert claim(ada_site, batch, "+966500000002").outcome == "sold_out"
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(batch=batch, lane="print", state="available").count() == 2


def test_a_printed_code_claims_exactly_that_coupon_and_once(ada_site, mona):
    batch = make(ada_site, mona, 3, print_quantity=2)
    with wall(ada_site, "site"):
        wanted = m.Coupon.objects.filter(batch=batch, lane="print").last().serial

    first = claim(ada_site, serial=wanted, source="printed")
    second = claim(ada_site, phone="+966500000002", serial=wanted, source="printed")

    assert (first.outcome, first.serial) == ("taken", wanted)
    assert (second.outcome, second.serial, second.customer_id) == ("gone", "", None)


def test_scanning_again_what_one_holds_shows_it_even_below_the_limit(ada_site, mona):
    batch = make(ada_site, mona, 3, print_quantity=2, per_customer_limit=2)
    with wall(ada_site, "site"):
        wanted = m.Coupon.objects.filter(batch=batch, lane="print").first().serial
    claim(ada_site, serial=wanted, source="printed", device_token="browser")

    again = claim(ada_site, serial=wanted, source="printed", device_token="browser")

    assert (again.outcome, again.serial) == ("held", wanted)


def test_an_online_coupons_serial_claims_nothing(ada_site, mona):
    batch = make(ada_site, mona, 1)
    with wall(ada_site, "site"):
        serial = m.Coupon.objects.get(batch=batch).serial

    assert claim(ada_site, serial=serial, source="printed").outcome == "unknown"


@pytest.mark.parametrize(
    ("fields", "merchant_fields", "outcome"),
    [
        ({"state": "paused"}, {}, "paused"),
        ({"state": "void"}, {}, "closed"),
        ({"state": "generating"}, {}, "closed"),
        ({"state": "expired"}, {}, "over"),
        ({"starts_at": NOW + DAY}, {}, "not_yet"),
        ({"claim_until": NOW}, {}, "over"),
        ({"on_centre": False}, {}, "closed"),
        ({}, {"state": "suspended"}, "closed"),
        ({}, {"state": "expired"}, "closed"),
        ({"sold_out": True}, {}, "sold_out"),
    ],
)
def test_a_refused_claim_says_why_and_keeps_nothing_of_the_person(ada_site, fields, merchant_fields, outcome):
    with wall(ada_site, "site"):
        merchant = factories.make_merchant(**merchant_fields)
    batch = make(ada_site, merchant, **fields)

    assert claim(ada_site, batch) == claims.ClaimResult(outcome)

    with wall(ada_site, "site"):
        assert not m.Customer.objects.exists()
        assert not m.Coupon.objects.exclude(state="available").exists()


def test_the_last_instant_counts_and_the_next_one_does_not(ada_site, mona):
    batch = make(ada_site, mona, claim_until=NOW + DAY)

    assert claim(ada_site, batch, now=NOW + DAY).outcome == "over"
    assert claim(ada_site, batch, now=NOW + DAY - dt.timedelta(microseconds=1)).outcome == "taken"


def test_being_sold_out_keeps_nothing_of_the_person_and_takes_the_batch_off_the_centre(ada_site, mona):
    batch = make(ada_site, mona, 1)
    claim(ada_site, batch)

    assert claim(ada_site, batch, "+966500000002").outcome == "sold_out"

    with wall(ada_site, "site"):
        assert m.Customer.objects.count() == 1
        batch.refresh_from_db()
    assert batch.sold_out


def test_an_unknown_number_without_a_name_is_asked_for_it(ada_site, mona):
    batch = make(ada_site, mona)

    assert claim(ada_site, batch, name="") == claims.ClaimResult("details_needed")


def test_a_stranger_who_types_a_known_number_changes_and_learns_nothing(ada_site, mona):
    claim(ada_site, make(ada_site, mona), device_token="carl")
    other = make(ada_site, mona)

    result = claim(ada_site, other, name="Sam Stranger", device_token="sam")

    assert (result.outcome, result.proved, result.fresh) == ("taken", False, False)
    with wall(ada_site, "site"):
        assert m.Customer.objects.get().name == "Carl"
        assert m.CustomerDevice.objects.count() == 1
    with wall(ada_site, "visitor"):
        assert claims.recognise(phone=CARL, device_token="sam") == claims.Recognition(known=True)
        assert claims.proved_customers("sam") == []
        with pytest.raises(NotAllowed):
            customers.get_person(customer_id=result.customer_id, device_token="sam")
        with pytest.raises(NotAllowed):
            customers.edit(customer_id=result.customer_id, device_token="sam", name="Sam", birthday=BIRTHDAY, now=NOW)


def test_the_browser_that_proved_the_number_may_read_and_edit_with_history(ada_site, mona):
    result = claim(ada_site, make(ada_site, mona), device_token="carl")
    who = {"customer_id": result.customer_id, "device_token": "carl"}

    with wall(ada_site, "visitor"):
        assert claims.recognise(phone=CARL, device_token="carl").customer_id == result.customer_id
        assert customers.get_person(**who).name == "Carl"
        assert customers.edit(**who, name="Carlo", birthday=BIRTHDAY, now=NOW)
        assert not customers.edit(**who, name="Carlo", birthday=BIRTHDAY, now=NOW)
        assert customers.get_person(**who).name == "Carlo"

    with wall(ada_site, "site"):
        history = m.CustomerEdit.objects.get()
    assert history.fields == ["name"]
    assert "Carl" not in history.before_sealed


def test_a_shared_device_proves_nothing_and_is_shown_nothing(ada_site, mona):
    batch = make(ada_site, mona)
    first = claim(ada_site, batch, source="in_store", device_token="tablet", may_prove=False)

    again = claim(ada_site, batch, source="in_store", device_token="tablet", may_prove=False)

    assert (first.outcome, first.proved) == ("taken", False)
    assert again == claims.ClaimResult("held")
    with wall(ada_site, "site"):
        assert not m.CustomerDevice.objects.exists()


def test_a_bare_number_from_the_till_is_completed_by_its_first_claim_and_proves_nothing(ada_site, mona):
    with wall(ada_site, "site"):
        printed = factories.make_batch(mona, 1, print_quantity=1)
        serial = m.Coupon.objects.get(batch=printed).serial
    with wall(ada_site, "merchant", merchant=mona.id):
        assert claims.claim(phone=CARL, serial=serial, source="counter", now=NOW, may_prove=False).outcome == "taken"
    batch = make(ada_site, mona)

    with wall(ada_site, "visitor"):
        assert not claims.recognise(phone=CARL).known
    result = claim(ada_site, batch, device_token="carl")

    assert (result.outcome, result.proved) == ("taken", False)
    with wall(ada_site, "site"):
        assert m.Customer.objects.get().name == "Carl"
        assert not m.CustomerDevice.objects.exists()


def test_another_merchants_system_cannot_claim_from_a_batch(ada_site, mona):
    batch = make(ada_site, mona)
    with wall(ada_site, "site"):
        sam = factories.make_merchant("Sam")

    assert claim(ada_site, batch, source="api", level="merchant", merchant=sam.id).outcome == "unknown"
    assert claim(ada_site, batch, source="api", level="merchant", merchant=mona.id).outcome == "taken"


def test_a_batch_of_another_site_does_not_exist(ada_site, bob_site, mona):
    batch = make(ada_site, mona)

    assert claim(bob_site, batch).outcome == "unknown"


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "America/New_York", "Pacific/Auckland"])
def test_days_of_use_end_with_the_merchants_day(ada_site, zone):
    with wall(ada_site, "site"):
        merchant = factories.make_merchant(time_zone=zone)
    batch = make(ada_site, merchant, use_days=7)
    now = dt.datetime(2026, 3, 5, 22, 30, tzinfo=dt.UTC)  # New York changes its clocks within the seven days

    claim(ada_site, batch, now=now)

    (coupon,) = taken_of(ada_site, batch)
    ends = coupon.use_until.astimezone(ZoneInfo(zone))
    today = now.astimezone(ZoneInfo(zone)).date()
    assert (ends.date(), ends.time()) == (today + dt.timedelta(days=8), dt.time())
    assert coupon.use_until == batch.use_until_of(now, zone)


def test_without_days_of_use_the_batchs_own_end_counts(ada_site, mona):
    until = NOW + 60 * DAY
    for fields, expected in ({"use_until": until}, until), ({}, NOW + 30 * DAY):
        batch = make(ada_site, mona, **fields)
        claim(ada_site, batch)
        assert taken_of(ada_site, batch)[0].use_until == expected


def test_a_coupons_page_says_what_it_is_and_never_whose(ada_site, mona):
    result = claim(ada_site, make(ada_site, mona))

    with wall(ada_site, "visitor"):
        from storefront.queries import coupons

        page = coupons.find(result.serial)
    assert page.state == "taken"
    assert str(result.customer_id) not in repr(page)
    assert "Carl" not in repr(page)
    assert uuid.UUID(str(page.coupon_id)) == result.coupon_id


def held_for_carl(site, batch):
    """A message to Carl is under way, and holds a coupon of this batch for him."""
    with wall(site, "site"):
        carl = m.Customer.objects.get(phone_index=crypto.keyed_index(CARL, site_id=site.id, field="phone"))
        return holding.hold(batch_id=batch.id, customer_id=carl.id, now=NOW)


@pytest.fixture
def carl_is_known(ada_site, mona):
    with wall(ada_site, "site"):
        factories.make_customer(CARL)


@pytest.mark.parametrize("device", ["", "browser"])
def test_whoever_claims_what_a_message_holds_for_them_gets_that_coupon(ada_site, mona, carl_is_known, device):
    batch = make(ada_site, mona, claim_until=NOW + 9 * DAY)
    held = held_for_carl(ada_site, batch)

    result = claim(ada_site, batch, device_token=device)

    assert (result.outcome, result.serial, result.coupon_id) == ("taken", held.serial, held.id)
    (coupon,) = taken_of(ada_site, batch)
    assert (coupon.source, coupon.ordinal, coupon.taken_at, coupon.use_until) == ("centre", 1, NOW, batch.claim_until)
    with wall(ada_site, "site"):
        assert m.MerchantCustomer.objects.get().claims == 1
        assert OutboxEvent.objects.filter(topic="coupon.taken").count() == 1
    assert claim(ada_site, batch).outcome == "held"


def test_the_message_that_held_it_neither_takes_it_twice_nor_frees_it(ada_site, mona, carl_is_known):
    batch = make(ada_site, mona)
    held = held_for_carl(ada_site, batch)
    claim(ada_site, batch)

    with wall(ada_site, "site"):
        assert holding.take(coupon_id=held.id, customer_id=held.customer_id, now=NOW + DAY) is True
        assert holding.free(coupon_id=held.id, customer_id=held.customer_id) is False
        assert m.MerchantCustomer.objects.get().claims == 1
    (coupon,) = taken_of(ada_site, batch)
    assert (coupon.id, coupon.taken_at) == (held.id, NOW)


def test_with_a_limit_of_two_the_held_one_is_taken_first_and_then_another(ada_site, mona, carl_is_known):
    batch = make(ada_site, mona, per_customer_limit=2)
    held = held_for_carl(ada_site, batch)

    results = [claim(ada_site, batch, device_token="browser") for _ in range(3)]

    assert [one.outcome for one in results] == ["taken", "taken", "held"]
    assert results[0].serial == held.serial != results[1].serial
    assert [coupon.ordinal for coupon in taken_of(ada_site, batch)] == [1, 2]


def test_a_printed_coupon_does_not_go_over_the_limit_while_a_message_holds_one(ada_site, mona, carl_is_known):
    batch = make(ada_site, mona, 4, print_quantity=2)
    held_for_carl(ada_site, batch)
    with wall(ada_site, "site"):
        printed = m.Coupon.objects.filter(batch=batch, lane="print").first()

    assert claim(ada_site, serial=printed.serial, source="printed").outcome == "held"


def test_another_customer_does_not_get_what_is_held_for_carl(ada_site, mona, carl_is_known):
    batch = make(ada_site, mona, 1)
    held_for_carl(ada_site, batch)

    assert claim(ada_site, batch, "+966500000002", name="Dina").outcome == "sold_out"
    assert claim(ada_site, batch).outcome == "taken"


def test_news_of_a_message_whose_batch_has_ended_takes_nothing(ada_site, mona, carl_is_known):
    batch = make(ada_site, mona)
    held = held_for_carl(ada_site, batch)

    with wall(ada_site, "site"):
        m.Coupon.objects.filter(id=held.id).update(state="expired")  # as the batch's end does
        assert holding.take(coupon_id=held.id, customer_id=held.customer_id, now=NOW) is False
    assert taken_of(ada_site, batch) == []
