"""Redeeming: each answer, where and when, undo, and what the audit trail keeps."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from accounts.models import AuditEvent
from kernel.errors import NotAllowed
from merchants import models as m
from merchants.serials import new_serials
from merchants.services import claims, redemption
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW

BIRTHDAY = dt.date(1990, 5, 17)


@pytest.fixture
def mona(ada_site):
    with wall(ada_site, "site"):
        return factories.make_merchant("Mona")


@pytest.fixture
def cashier(ada_site, mona):
    with wall(ada_site, "site"):
        return factories.member_actor(factories.make_member(mona, "cashier", "Cora"), mona, "cashier")


@pytest.fixture
def manager(ada_site, mona):
    with wall(ada_site, "site"):
        return factories.member_actor(factories.make_member(mona, "manager"), mona, "manager")


def make(site, merchant, quantity=3, **fields):
    with wall(site, "site"):
        return factories.make_batch(merchant, quantity, **fields)


def take(site, batch, phone="+966500000001", now=NOW):
    with wall(site, "visitor"):
        return claims.claim(phone=phone, source="centre", now=now, batch_id=batch.id, name="Carl", birthday=BIRTHDAY)


def scan(site, serial, actor, *, now=NOW, nonce=None, **more):
    with wall(site, "merchant", merchant=actor.merchant_id):
        return redemption.redeem(serial=serial, nonce=nonce or uuid.uuid4(), actor=actor, now=now, **more)


def coupon_of(site, serial):
    with wall(site, "site"):
        return m.Coupon.objects.get(serial=serial)


def test_a_taken_coupon_is_used_up_and_noted(ada_site, mona, cashier):
    serial = take(ada_site, make(ada_site, mona)).serial
    with wall(ada_site, "site"):
        branch = factories.make_branch(mona, "Olaya")

    answer = scan(ada_site, serial, cashier, branch_id=branch.id)

    assert (answer.outcome, answer.ok) == ("redeemed", True)
    coupon = coupon_of(ada_site, serial)
    assert (coupon.state, coupon.redeemed_at) == ("redeemed", NOW)
    with wall(ada_site, "site"):
        assert m.Redemption.objects.get().branch == branch
        assert m.MerchantCustomer.objects.get().redemptions == 1
        assert AuditEvent.objects.get(verb="coupon.redeem").actor_label == "Cora"
    assert "Carl" not in repr(answer)


def test_the_second_scan_says_when_where_and_by_whom(ada_site, mona, cashier):
    serial = take(ada_site, make(ada_site, mona)).serial
    with wall(ada_site, "site"):
        branch = factories.make_branch(mona, "Olaya")
    scan(ada_site, serial, cashier, branch_id=branch.id)

    answer = scan(ada_site, serial, cashier, now=NOW + DAY)

    assert answer.outcome == "already_used"
    assert answer.about["used_at"] == NOW.isoformat()
    assert (answer.about["used_branch"], answer.about["used_by"]) == ("Olaya", "Cora")


def test_the_same_scan_again_gets_the_first_answer_whatever_happened_since(ada_site, mona, cashier, manager):
    serial = take(ada_site, make(ada_site, mona)).serial
    nonce = uuid.uuid4()
    first = scan(ada_site, serial, cashier, nonce=nonce)
    with wall(ada_site, "merchant", merchant=mona.id):
        redemption.undo(redemption_id=first.redemption_id, reason="wrong", actor=manager, now=NOW)

    again = scan(ada_site, serial, cashier, nonce=nonce, now=NOW + DAY)

    assert (again.outcome, again.redemption_id, again.repeated) == ("redeemed", first.redemption_id, True)
    assert coupon_of(ada_site, serial).state == "taken"


@pytest.mark.parametrize(
    ("fields", "when", "outcome"),
    [
        ({"use_until": NOW + DAY}, NOW + 40 * DAY, "expired"),
        ({"claim_until": NOW + DAY}, NOW + DAY, "expired"),
        ({"claim_until": NOW + DAY}, NOW + DAY - dt.timedelta(seconds=1), "redeemed"),
        ({"weekdays": 63}, NOW, "outside_hours"),  # a Sunday, and every day but Sunday is allowed
        ({"weekdays": 64}, NOW, "redeemed"),
        ({"hour_from": 13 * 60}, NOW, "outside_hours"),  # 12:00 in Riyadh
        ({"hour_from": 12 * 60, "hour_to": 12 * 60 + 1}, NOW, "redeemed"),
        ({"hour_to": 12 * 60}, NOW, "outside_hours"),
    ],
)
def test_times_are_the_merchants_own(ada_site, mona, cashier, fields, when, outcome):
    serial = take(ada_site, make(ada_site, mona, **fields)).serial

    assert scan(ada_site, serial, cashier, now=when).outcome == outcome


@pytest.mark.parametrize(
    ("state", "outcome"), [("void", "void"), ("lapsed", "expired"), ("held", "not_taken"), ("available", "not_taken")]
)
def test_states_that_cannot_be_used_say_so(ada_site, mona, cashier, state, outcome):
    batch = make(ada_site, mona)
    with wall(ada_site, "site"):
        serial = m.Coupon.objects.filter(batch=batch).first().serial
        m.Coupon.objects.filter(serial=serial).update(
            state=state, taken_at=NOW if state == "lapsed" else None, void_reason="broken print"
        )

    answer = scan(ada_site, serial, cashier)

    assert answer.outcome == outcome
    assert coupon_of(ada_site, serial).state == state


def test_a_branch_that_is_not_listed_is_refused_by_name(ada_site, mona, cashier):
    serial = take(ada_site, batch := make(ada_site, mona)).serial
    with wall(ada_site, "site"):
        right, wrong = factories.make_branch(mona, "Olaya"), factories.make_branch(mona, "Malaz")
        m.BatchBranch.objects.create(merchant=mona, batch=batch, branch=right)

    refused = scan(ada_site, serial, cashier, branch_id=wrong.id)
    nowhere = scan(ada_site, serial, cashier)
    used = scan(ada_site, serial, cashier, branch_id=right.id)

    assert (refused.outcome, refused.about["branches"]) == ("wrong_branch", ["Olaya"])
    assert nowhere.outcome == "wrong_branch"
    assert used.ok


def test_codes_that_are_not_theirs(ada_site, bob_site, mona, cashier):
    with wall(ada_site, "site"):
        sams = m.Coupon.objects.filter(batch=factories.make_batch(factories.make_merchant("Sam"))).first().serial
    with wall(bob_site, "site"):
        foreign = m.Coupon.objects.filter(batch=factories.make_batch(factories.make_merchant())).first().serial

    outcomes = [scan(ada_site, s, cashier).outcome for s in (sams, foreign, new_serials(1)[0], "12", sams[:-1] + "?")]

    assert outcomes == ["other_merchant", "unknown", "unknown", "mistyped", "mistyped"]


class TestAtTheCounter:
    @pytest.fixture
    def printed(self, ada_site, mona):
        batch = make(ada_site, mona, 3, print_quantity=3, use_days=5)
        with wall(ada_site, "site"):
            return list(m.Coupon.objects.filter(batch=batch).order_by("id").values_list("serial", flat=True))

    def test_an_untaken_printed_coupon_is_taken_and_redeemed_in_one(self, ada_site, cashier, printed):
        assert scan(ada_site, printed[0], cashier).ok

        coupon = coupon_of(ada_site, printed[0])
        assert (coupon.state, coupon.source, coupon.taken_at, coupon.customer_id) == ("redeemed", "counter", NOW, None)
        assert coupon.use_until == dt.datetime(2026, 3, 6, 21, 0, tzinfo=dt.UTC)  # the end of 6 March in Riyadh

    def test_with_a_phone_it_is_the_customers(self, ada_site, cashier, printed):
        assert scan(ada_site, printed[0], cashier, phone="+966500000001").ok

        with wall(ada_site, "site"):
            customer = m.Customer.objects.get()
            known = m.MerchantCustomer.objects.get()
        assert coupon_of(ada_site, printed[0]).customer_id == customer.id
        assert (customer.name, known.claims, known.redemptions) == ("", 1, 1)

    def test_the_limit_of_a_number_holds_at_the_counter(self, ada_site, cashier, printed):
        scan(ada_site, printed[0], cashier, phone="+966500000001")

        answer = scan(ada_site, printed[1], cashier, phone="+966500000001")

        assert answer.outcome == "limit"
        assert coupon_of(ada_site, printed[1]).state == "available"

    def test_what_cannot_be_used_now_is_not_taken_for_the_phone(self, ada_site, mona, cashier):
        batch = make(ada_site, mona, 1, print_quantity=1, hour_from=13 * 60)
        with wall(ada_site, "site"):
            serial = m.Coupon.objects.get(batch=batch).serial

        assert scan(ada_site, serial, cashier, phone="+966500000001").outcome == "outside_hours"
        assert coupon_of(ada_site, serial).state == "available"
        with wall(ada_site, "site"):
            assert not m.Customer.objects.exists()


class TestUndo:
    @pytest.fixture
    def used(self, ada_site, mona, cashier):
        serial = take(ada_site, make(ada_site, mona)).serial
        return serial, scan(ada_site, serial, cashier).redemption_id

    def undo(self, site, actor, redemption_id, *, after=dt.timedelta(), reason="wrong bill"):
        with wall(site, "merchant", merchant=actor.merchant_id):
            return redemption.undo(redemption_id=redemption_id, reason=reason, actor=actor, now=NOW + after)

    def test_a_cashier_within_ten_minutes(self, ada_site, cashier, used):
        self.undo(ada_site, cashier, used[1], after=dt.timedelta(minutes=10))

        assert coupon_of(ada_site, used[0]).state == "taken"
        with wall(ada_site, "site"):
            assert m.MerchantCustomer.objects.get().redemptions == 0
            assert AuditEvent.objects.get(verb="redemption.undo").reason == "wrong bill"
        assert scan(ada_site, used[0], cashier, now=NOW + DAY).ok

    def test_later_only_a_manager_and_up_to_ninety_days(self, ada_site, cashier, manager, used):
        late = dt.timedelta(minutes=10, seconds=1)
        with pytest.raises(NotAllowed):
            self.undo(ada_site, cashier, used[1], after=late)
        with pytest.raises(redemption.CannotUndo):
            self.undo(ada_site, manager, used[1], after=91 * DAY)
        assert coupon_of(ada_site, used[0]).state == "redeemed"

        self.undo(ada_site, manager, used[1], after=late)
        assert coupon_of(ada_site, used[0]).state == "taken"

    def test_after_its_time_the_coupon_lapses(self, ada_site, manager, used):
        self.undo(ada_site, manager, used[1], after=40 * DAY)

        assert coupon_of(ada_site, used[0]).state == "lapsed"

    def test_once_and_with_a_reason(self, ada_site, manager, used):
        with pytest.raises(redemption.CannotUndo):
            self.undo(ada_site, manager, used[1], reason="  ")
        self.undo(ada_site, manager, used[1])
        with pytest.raises(redemption.CannotUndo):
            self.undo(ada_site, manager, used[1])
