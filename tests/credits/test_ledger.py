"""What each movement does, and that a refused one moves nothing."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from credits.models import Account, Entry, Transfer
from credits.queries import balances
from credits.queries.balances import MerchantBalances
from credits.services import ledger, legs, wallets
from kernel.errors import NotAllowed
from kernel.ids import uuid7
from tenants.walls import WallError, wall
from tests.credits.cast import (
    COUPON,
    DAY,
    FINN,
    JOB,
    NOW,
    VERA,
    WA_BI,
    WA_UI,
    deduct,
    give,
    open_merchant,
    settle,
    spend,
)


def test_a_merchant_has_three_wallets_with_the_fixed_names(ada_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant()

        wallets.open_for_merchant(merchant_id=merchant_id, now=NOW)

        assert [str(account.label) for account in balances.wallets_of_merchant(merchant_id)] == [
            "Coupon Credits Remaining",
            "WhatsApp UI Credits Remaining",
            "WhatsApp BI Credits Remaining",
        ]
        assert balances.of_merchant(merchant_id) == MerchantBalances(coupon=0, wa_ui=0, wa_bi=0)


def test_a_grant_is_a_purchase_of_one_unit(ada_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant()

        posted = give(merchant_id, 2000, WA_UI)

        assert balances.of_merchant(merchant_id) == MerchantBalances(coupon=0, wa_ui=2000, wa_bi=0)
        assert Entry.objects.get(transfer_id=posted.id, merchant_id=merchant_id).action == "purchase"


def test_a_batch_takes_its_credits_at_once_and_expiry_gives_the_untaken_back(ada_site):
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(2000), uuid7()

        spent = spend(merchant_id, 1000, batch_id=batch_id)
        settled = settle(batch_id, refund=700, consumed=300)

        assert (spent.balance("wallet"), spent.balance("escrow")) == (1000, 1000)
        assert (settled.balance("wallet"), settled.balance("escrow")) == (1700, 0)
        assert list(
            Entry.objects.filter(related_id=batch_id).exclude(action="").order_by("version")
            .values_list("action", "amount", "balance_after", "related_type")
        ) == [("deduct", -1000, 1000, "batch"), ("refund", 700, 1700, "batch")]  # fmt: skip


def test_too_few_credits_take_nothing_and_say_how_many_there_are(ada_site):
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(99), uuid7()

        with pytest.raises(ledger.InsufficientCredits) as refused:
            spend(merchant_id, 100, batch_id=batch_id)

        assert (refused.value.needed, refused.value.available, refused.value.unit) == (100, 99, "coupon")
        assert balances.of_merchant(merchant_id).coupon == 99
        assert not Transfer.objects.filter(related_id=batch_id).exists()
        assert not Account.objects.filter(ref_id=batch_id).exists()


def test_one_credit_never_pays_for_another(ada_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant(100, wa_bi=100)

        with pytest.raises(ledger.InsufficientCredits):
            deduct(merchant_id, WA_UI, 1)

        assert balances.of_merchant(merchant_id) == MerchantBalances(coupon=100, wa_ui=0, wa_bi=100)


def test_a_repeated_request_answers_as_it_did_the_first_time(ada_site):
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(100), uuid7()
        first = spend(merchant_id, 100, batch_id=batch_id)

        again = spend(merchant_id, 100, batch_id=batch_id, now=NOW + DAY)

        assert (first.is_new, again.is_new) == (True, False)
        assert (again.entries, again.at) == (first.entries, first.at)
        assert balances.of_merchant(merchant_id).coupon == 0


def test_a_key_used_for_something_else_is_refused(ada_site):
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(100), uuid7()
        spend(merchant_id, 10, batch_id=batch_id)

        with pytest.raises(ledger.IdempotencyConflict):
            spend(merchant_id, 11, batch_id=batch_id)

        assert balances.of_merchant(merchant_id).coupon == 90


def test_a_settlement_that_does_not_empty_the_escrow_is_refused(ada_site):
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(100), uuid7()
        spend(merchant_id, 100, batch_id=batch_id)

        for refund, consumed in ((99, 0), (101, 0), (60, 60), (0, 0), (-1, 101)):
            with pytest.raises((ledger.EscrowMismatch, ledger.MalformedTransfer)):
                settle(batch_id, refund=refund, consumed=consumed)

        assert balances.of_merchant(merchant_id).coupon == 0
        assert balances.escrow_of_batch(batch_id).balance == 100


def test_a_batch_is_settled_once(ada_site):
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(100), uuid7()
        spend(merchant_id, 100, batch_id=batch_id)
        settle(batch_id, refund=100, consumed=0)

        again = settle(batch_id, refund=100, consumed=0)
        with pytest.raises(ledger.IdempotencyConflict):
            settle(batch_id, refund=90, consumed=10)
        with pytest.raises(ledger.EscrowMismatch):
            ledger.settle_escrow(batch_id=batch_id, refund=100, consumed=0, actor=JOB, now=NOW, key=uuid7())

        assert not again.is_new
        assert balances.of_merchant(merchant_id).coupon == 100


def test_coupons_never_made_give_their_credits_back(ada_site):
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(100), uuid7()
        spend(merchant_id, 100, batch_id=batch_id)

        ledger.return_escrow(batch_id=batch_id, n=40, actor=JOB, now=NOW, key=uuid7())
        with pytest.raises(ledger.InsufficientCredits):
            ledger.return_escrow(batch_id=batch_id, n=61, actor=JOB, now=NOW, key=uuid7())

        assert balances.of_merchant(merchant_id).coupon == 40
        assert balances.escrow_of_batch(batch_id).balance == 60


def test_the_console_grants_and_adjusts_with_a_reason_and_leaves_a_trail(ada_site, master_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant()

    with wall(master_site, "master"):
        ledger.grant(
            merchant_id=merchant_id, unit=COUPON, amount=500, reason="Welcome", actor=FINN, now=NOW, key=uuid7()
        )
        wallet = balances.wallet_of_merchant(merchant_id, COUPON)
        ledger.adjust(wallet=wallet, amount=-200, reason="Counted twice", actor=FINN, now=NOW, key=uuid7())

        assert balances.of_merchant(merchant_id).coupon == 300
        assert list(
            AuditEvent.objects.filter(object_id=wallet.id).order_by("id").values_list("verb", "before", "after", "reason")
        ) == [
            ("wallet.grant", {"balance": 0}, {"balance": 500}, "Welcome"),
            ("wallet.adjust", {"balance": 500}, {"balance": 300}, "Counted twice"),
        ]


def test_an_adjustment_without_reason_or_below_zero_is_refused(ada_site, master_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant(10)

    with wall(master_site, "master"):
        wallet = balances.wallet_of_merchant(merchant_id, COUPON)
        with pytest.raises(ledger.MalformedTransfer):
            ledger.adjust(wallet=wallet, amount=5, reason="", actor=FINN, now=NOW, key=uuid7())
        with pytest.raises(ledger.InsufficientCredits):
            ledger.adjust(wallet=wallet, amount=-11, reason="Mistake", actor=FINN, now=NOW, key=uuid7())

        assert balances.of_merchant(merchant_id).coupon == 10
        assert not AuditEvent.objects.filter(object_id=wallet.id).exists()


def test_staff_without_the_permission_give_nothing(ada_site, master_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant()

    with wall(master_site, "master"):
        with pytest.raises(NotAllowed):
            ledger.grant(
                merchant_id=merchant_id, unit=COUPON, amount=5, reason="Friend", actor=VERA, now=NOW, key=uuid7()
            )

        assert balances.of_merchant(merchant_id).coupon == 0


def test_a_purchase_through_an_agent_moves_money_and_credits_in_one_transfer(ada_site):
    with wall(ada_site, "site"):
        merchant_id, agent_id = open_merchant(), uuid7()
        wallets.open_for_agent(agent_id=agent_id, currency="SAR", now=NOW)
        agent = balances.wallet_of_agent(agent_id, "SAR")
        ledger.post(
            key=uuid7(), kind="topup", actor=JOB, now=NOW,
            legs=[legs.wallet(agent, 5000, "purchase"), legs.far_side("issued", "SAR", -5000)],
        )  # fmt: skip

        bought = ledger.post(
            key=uuid7(), kind="purchase", related=ledger.Related("purchase", uuid7()), actor=JOB, now=NOW,
            legs=[
                legs.wallet(agent, -1200, "deduct"), legs.far_side("revenue", "SAR", 1200),
                legs.merchant_wallet(merchant_id, WA_BI, 100, "purchase"), legs.far_side("issued", WA_BI, -100),
            ],
        )  # fmt: skip

        assert bought.balance(owner_type="agent") == 3800
        assert balances.of_merchant(merchant_id) == MerchantBalances(coupon=0, wa_ui=0, wa_bi=100)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda m: [legs.merchant_wallet(m, COUPON, -5, "deduct")], id="one leg"),
        pytest.param(
            lambda m: [legs.merchant_wallet(m, COUPON, -5, "deduct"), legs.far_side("consumed", COUPON, 4)], id="uneven"
        ),
        pytest.param(
            lambda m: [legs.merchant_wallet(m, COUPON, -5, "deduct"), legs.far_side("consumed", WA_UI, 5)], id="units"
        ),
        pytest.param(
            lambda m: [legs.merchant_wallet(m, COUPON, 5, "deduct"), legs.far_side("consumed", COUPON, -5)], id="sign"
        ),
        pytest.param(
            lambda m: [legs.merchant_wallet(m, COUPON, -5, ""), legs.far_side("consumed", COUPON, 5)], id="no action"
        ),
        pytest.param(
            lambda m: [legs.merchant_wallet(m, COUPON, -5, "gift"), legs.far_side("consumed", COUPON, 5)], id="action"
        ),
        pytest.param(
            lambda m: [legs.far_side("issued", COUPON, -5), legs.far_side("consumed", COUPON, 5)], id="no wallet"
        ),
        pytest.param(
            lambda m: [legs.merchant_wallet(m, COUPON, -5, "deduct"), legs.merchant_wallet(m, COUPON, 5, "refund")],
            id="one account twice",
        ),
        pytest.param(
            lambda m: [legs.merchant_wallet(m, "shells", -5, "deduct"), legs.far_side("consumed", "shells", 5)],
            id="unknown unit",
        ),
    ],
)
def test_a_transfer_that_makes_no_sense_is_refused(ada_site, wrong):
    with wall(ada_site, "site"):
        merchant_id = open_merchant(100)
        before = Transfer.objects.count()

        with pytest.raises((ledger.MalformedTransfer, ledger.UnknownAccount)):
            ledger.post(key=uuid7(), kind="test", legs=wrong(merchant_id), actor=JOB, now=NOW)

        assert balances.of_merchant(merchant_id).coupon == 100
        assert Transfer.objects.count() == before


def test_two_merchants_never_stand_in_one_transfer(ada_site):
    with wall(ada_site, "site"):
        mona, sam = open_merchant(100), open_merchant()

        with pytest.raises(ledger.MalformedTransfer):
            ledger.post(
                key=uuid7(), kind="test", actor=JOB, now=NOW,
                legs=[legs.merchant_wallet(mona, COUPON, -5, "deduct"), legs.merchant_wallet(sam, COUPON, 5, "refund")],
            )  # fmt: skip

        assert balances.of_merchants([mona, sam])[mona].coupon == 100


def test_credits_go_to_wallets_that_were_opened(ada_site):
    with wall(ada_site, "site"):
        with pytest.raises(ledger.UnknownAccount):
            give(uuid7(), 5)
        with pytest.raises(ledger.UnknownAccount):
            deduct(uuid7(), WA_UI, 1)
        with pytest.raises(ledger.UnknownAccount):
            balances.of_merchant(uuid7())


def test_time_on_a_wallet_never_runs_backwards(ada_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant(100)

        late = spend(merchant_id, 1, now=NOW + DAY)
        early = spend(merchant_id, 1, now=NOW)

        assert (late.at, early.at) == (NOW + DAY, NOW + DAY)


def test_nothing_is_posted_without_a_wall_or_by_a_visitor(ada_site):
    with pytest.raises(WallError):
        wallets.open_for_merchant(merchant_id=uuid7(), now=NOW)
    with wall(ada_site, "visitor"), pytest.raises(WallError):
        wallets.open_for_merchant(merchant_id=uuid7(), now=NOW)
