"""N credits and N coupons in one transaction, or neither."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from credits.models import Entry
from credits.services import ledger
from kernel.errors import NotAllowed
from kernel.ids import uuid7
from merchants.errors import BadPlan, MerchantNotActive
from merchants.models import Batch, BatchBranch, Coupon
from merchants.serials import is_valid
from merchants.services import generation
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW
from tests.merchants.cast import differences, escrow, generate, open_shop, plan


def nothing_happened(shop, left=100):
    with shop.open():
        assert Batch.objects.count() == Coupon.objects.count() == 0
        assert shop.credits == left
        assert Entry.objects.filter(action="deduct").count() == 0


def test_ten_coupons_cost_ten_coupon_credits(shop):
    batch = generate(shop, 10)

    with shop.open():
        assert shop.credits == 90
        serials = list(Coupon.objects.filter(batch=batch).values_list("serial", flat=True))
        assert len(set(serials)) == 10
        assert all(is_valid(serial) for serial in serials)
        entry = Entry.objects.get(action="deduct")
        assert (entry.unit, entry.amount, entry.balance_after, entry.related_id) == ("coupon", -10, 90, batch.id)
    with wall(shop.site, "site"):
        assert escrow(batch) == 10
    assert (batch.state, batch.made, batch.number) == ("active", 10, 1)
    assert differences() == []


def test_the_whole_wallet_may_be_spent(shop):
    generate(shop, 100)

    with shop.open():
        assert shop.credits == 0


def test_one_credit_too_few_makes_nothing_and_takes_nothing(shop):
    with pytest.raises(ledger.InsufficientCredits) as refused:
        generate(shop, 101)

    assert (refused.value.needed, refused.value.available) == (101, 100)
    nothing_happened(shop)


def test_the_same_batch_id_makes_one_batch(shop):
    batch_id = uuid7()

    first = generate(shop, 10, batch_id=batch_id)
    second = generate(shop, 10, batch_id=batch_id)

    assert first.id == second.id
    with shop.open():
        assert (Batch.objects.count(), Coupon.objects.count(), shop.credits) == (1, 10, 90)


def test_batches_of_a_merchant_are_numbered(shop):
    assert [generate(shop, 1).number for _ in range(3)] == [1, 2, 3]


def test_the_first_coupons_are_for_print(shop):
    batch = generate(shop, 10, print_quantity=4)

    with shop.open():
        lanes = list(Coupon.objects.filter(batch=batch).order_by("id").values_list("lane", flat=True))
    assert lanes == ["print"] * 4 + ["online"] * 6


@pytest.mark.parametrize("state", ["registered", "pending_payment", "pending_wallet", "expired", "suspended"])
def test_only_an_active_merchant_generates(ada_site, state):
    shop = open_shop(ada_site, 100, state=state)

    with pytest.raises(MerchantNotActive):
        generate(shop, 10)

    nothing_happened(shop)


def test_a_cashier_does_not_generate(shop):
    cashier = factories.member_actor(
        type("User", (), {"name": "Kim", "id": uuid7()})(), shop.merchant, role="cashier"
    )

    with shop.open(), pytest.raises(NotAllowed):
        generation.generate(batch_id=uuid7(), merchant_id=shop.merchant.id, plan=plan(), actor=cashier, now=NOW)

    nothing_happened(shop)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title_en", {"title_en": " "}),
        ("title_en", {"title_en": "x" * 81}),
        ("terms_ar", {"terms_ar": "x" * 2001}),
        ("quantity", {"quantity": 0}),
        ("quantity", {"quantity": 1_000_001}),
        ("print_quantity", {"print_quantity": 11}),
        ("print_quantity", {"print_quantity": -1}),
        ("offer_kind", {"offer_kind": "gold"}),
        ("offer_percent", {"offer_percent": 0}),
        ("offer_percent", {"offer_percent": 101}),
        ("offer_amount", {"offer_kind": "amount"}),
        ("offer_text_en", {"offer_kind": "free_item"}),
        ("claim_until", {"claim_until": NOW}),
        ("claim_until", {"starts_at": NOW + 40 * DAY}),
        ("claim_until", {"claim_until": NOW + 2000 * DAY}),
        ("use_days", {"use_days": 0}),
        ("use_until", {"use_until": NOW + DAY}),
        ("weekdays", {"weekdays": 0}),
        ("hour_to", {"hour_from": 600, "hour_to": 600}),
        ("per_customer_limit", {"per_customer_limit": 0}),
        ("per_customer_limit", {"per_customer_limit": 40_000}),
    ],
)
def test_a_plan_that_makes_no_sense_names_its_field(shop, field, changes):
    with pytest.raises(BadPlan) as refused:
        generate(shop, **{"quantity": 10, **changes})

    assert list(refused.value.errors) == [field]
    nothing_happened(shop)


def test_a_foreign_branch_is_refused_and_not_left_out(shop):
    with wall(shop.site, "site"):
        other = factories.make_merchant()
        foreign = factories.make_branch(other)
        own = factories.make_branch(shop.merchant)

    with pytest.raises(BadPlan, match="another look"):
        generate(shop, 10, branches=(own.id, foreign.id))

    nothing_happened(shop)


def test_own_branches_are_kept(shop):
    with wall(shop.site, "site"):
        own = factories.make_branch(shop.merchant)

    batch = generate(shop, 10, branches=(own.id,))

    with shop.open():
        assert list(BatchBranch.objects.filter(batch=batch).values_list("branch_id", flat=True)) == [own.id]


def test_who_generated_stands_in_the_trail(shop):
    batch = generate(shop, 10)

    with shop.open():
        event = AuditEvent.objects.get(object_id=batch.id)
    assert (event.verb, event.actor_id, event.after["quantity"]) == ("batch.generate", shop.owner.id, 10)


def test_no_merchant_generates_on_anothers_credits(shop):
    with wall(shop.site, "site"):
        stranger = factories.make_merchant()
        actor = factories.member_actor(factories.make_member(stranger), stranger)

    with (
        wall(shop.site, "merchant", merchant=stranger.id),
        pytest.raises(shop.merchant.DoesNotExist),
    ):
        generation.generate(batch_id=uuid7(), merchant_id=shop.merchant.id, plan=plan(), actor=actor, now=NOW)

    nothing_happened(shop)
