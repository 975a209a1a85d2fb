"""Any sequence of movements, retries included, leaves every balance right: checked against a model in plain Python."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from credits.models import Account
from credits.queries import balances, proof, statements
from credits.services import holds, ledger, legs, wallets
from kernel.ids import uuid7
from tenants.walls import wall
from tests import cluster
from tests.credits.cast import COUPON, FINN, JOB, NOW, WA_BI, WA_UI, open_merchant

AMOUNTS = st.integers(min_value=1, max_value=120)
UNITS = st.sampled_from([COUPON, WA_UI, WA_BI])


@dataclass
class Batch:
    id: uuid.UUID
    escrow: int
    settled: bool = False


class Ledger(RuleBasedStateMachine):
    """One merchant and the agent of its site. The model is four numbers, an escrow for each batch, and what is held."""

    batches = Bundle("batches")
    messages = Bundle("messages")

    def __init__(self) -> None:
        super().__init__()
        # A transaction for each walk: in one for all, each would look over the rows of those before.
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.site = cluster.site("ada")
        self.agent_id = uuid7()
        self.clock = NOW
        self.held: Counter[str] = Counter()
        self.promised: Counter[str] = Counter()
        self.waiting: dict[uuid.UUID, tuple[str, int]] = {}
        self.escrows: list[Batch] = []
        self.requests: list[tuple[Any, dict[str, Any], tuple[Any, ...]]] = []

    @initialize()
    def open(self) -> None:
        with wall(self.site, "site"):
            self.merchant_id = open_merchant()
            wallets.open_for_agent(agent_id=self.agent_id, currency="SAR", now=NOW)

    def tick(self) -> dt.datetime:
        self.clock += dt.timedelta(minutes=7)
        return self.clock

    def do(self, service: Any, *, enough: bool, level: str = "site", **request: Any) -> bool:
        """Ask for a movement: it happens when there is enough, and else moves nothing. Remember it for retries."""
        request = {"key": uuid7(), "now": self.tick(), "actor": JOB, **request}
        extra = {"merchant": self.merchant_id} if level == "merchant" else {}
        with wall(self.site, level, **extra):
            if not enough:
                with pytest.raises((ledger.InsufficientCredits, ledger.EscrowMismatch)):
                    service(**request)
                return False
            posted = service(**request)
        assert posted.is_new
        self.requests.append((service, request, posted.entries))
        return True

    @rule(unit=UNITS, amount=AMOUNTS)
    def grant(self, unit: str, amount: int) -> None:
        self.do(
            ledger.grant, enough=True, merchant_id=self.merchant_id, unit=unit, amount=amount, reason="x", actor=JOB
        )
        self.held[unit] += amount

    @rule(unit=UNITS, amount=st.integers(-150, 60).filter(bool))
    def adjust(self, unit: str, amount: int) -> None:
        with wall(self.site, "site"):
            wallet = balances.wallet_of_merchant(self.merchant_id, unit)
        if self.do(
            ledger.adjust, enough=amount > 0 or self.free(unit) + amount >= 0, wallet=wallet, amount=amount, reason="x", actor=FINN
        ):
            self.held[unit] += amount

    @rule(target=batches, n=AMOUNTS)
    def generate(self, n: int) -> Batch:
        batch = Batch(uuid7(), 0)
        if self.do(
            ledger.spend_to_escrow, enough=self.held[COUPON] >= n, level="merchant",
            batch_id=batch.id, merchant_id=self.merchant_id, n=n,
        ):  # fmt: skip
            batch.escrow = n
            self.held[COUPON] -= n
            self.escrows.append(batch)
        return batch

    @rule(batch=batches, n=AMOUNTS)
    def return_unmade(self, batch: Batch, n: int) -> None:
        if batch not in self.escrows or batch.settled:
            return
        if self.do(ledger.return_escrow, enough=batch.escrow >= n, batch_id=batch.id, n=n):
            batch.escrow -= n
            self.held[COUPON] += n

    @rule(batch=batches, share=st.integers(0, 100), wrong=st.sampled_from([0, 0, 0, 1, -1]))
    def expire(self, batch: Batch, share: int, wrong: int) -> None:
        if batch not in self.escrows or not batch.escrow:
            return
        refund = batch.escrow * share // 100
        consumed = batch.escrow - refund + wrong
        if consumed < 0:
            return
        if self.do(
            ledger.settle_escrow, enough=not wrong, batch_id=batch.id, refund=refund, consumed=consumed
        ):
            self.held[COUPON] += refund
            batch.escrow, batch.settled = 0, True

    @rule(unit=st.sampled_from([WA_UI, WA_BI]), n=st.integers(1, 40))
    def send_messages(self, unit: str, n: int) -> None:
        if self.do(
            ledger.post, enough=self.free(unit) >= n, kind="message.sent", merchant_id=self.merchant_id,
            legs=[
                legs.merchant_wallet(self.merchant_id, unit, -n, "deduct"), legs.far_side("consumed", unit, n),
            ],
        ):  # fmt: skip
            self.held[unit] -= n

    def free(self, unit: str) -> int:
        return self.held[unit] - self.promised[unit]

    @rule(target=messages, unit=st.sampled_from([WA_UI, WA_BI]), n=st.integers(1, 40))
    def hold(self, unit: str, n: int) -> uuid.UUID:
        request = {"hold_id": uuid7(), "merchant_id": self.merchant_id, "unit": unit, "amount": n, "now": self.tick()}
        with wall(self.site, "site"):
            if self.free(unit) < n:
                with pytest.raises(ledger.InsufficientCredits):
                    holds.hold(**request)
                return request["hold_id"]
            assert (holds.hold(**request), holds.hold(**request)) == (True, False)
        self.promised[unit] += n
        self.waiting[request["hold_id"]] = (unit, n)
        return request["hold_id"]

    @rule(message=messages)
    def let_go(self, message: uuid.UUID) -> None:
        with wall(self.site, "site"):
            gone = holds.release(hold_id=message, merchant_id=self.merchant_id)
        unit, n = self.waiting.pop(message, ("", 0))
        assert gone == bool(n)
        self.promised[unit] -= n

    @rule(message=messages)
    def spend_what_is_held(self, message: uuid.UUID) -> None:
        if message not in self.waiting:
            return
        unit, n = self.waiting.pop(message)
        self.promised[unit] -= n
        spent = {"hold_id": message, "merchant_id": self.merchant_id, "unit": unit, "amount": n}
        spent |= {"related": ledger.Related("message", message), "actor": JOB}
        with wall(self.site, "site"):
            assert [holds.spend(**spent, now=self.tick()).is_new for _ in range(2)] == [True, False]
        self.held[unit] -= n

    @rule(amount=st.integers(1, 500))
    def top_up_the_agent(self, amount: int) -> None:
        self.do(
            ledger.post, enough=True, kind="topup",
            legs=[self.agents(amount, "purchase"), legs.far_side("issued", "SAR", -amount)],
        )  # fmt: skip
        self.held["SAR"] += amount

    @rule(unit=UNITS, amount=AMOUNTS, cost=st.integers(1, 300))
    def buy_through_the_agent(self, unit: str, amount: int, cost: int) -> None:
        if self.do(
            ledger.post, enough=self.held["SAR"] >= cost, kind="purchase", related=ledger.Related("purchase", uuid7()),
            legs=[
                self.agents(-cost, "deduct"), legs.far_side("revenue", "SAR", cost),
                legs.merchant_wallet(self.merchant_id, unit, amount, "purchase"),
                legs.far_side("issued", unit, -amount),
            ],
        ):  # fmt: skip
            self.held["SAR"] -= cost
            self.held[unit] += amount

    def agents(self, amount: int, action: str) -> legs.Leg:
        return legs.Leg("wallet", "SAR", amount, "agent", self.agent_id, action=action)

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        if not self.requests:
            return
        service, request, first = data.draw(st.sampled_from(self.requests))
        with wall(self.site, "site"):
            again = service(**{**request, "now": self.tick()})
        assert (again.is_new, again.entries) == (False, first)

    @rule(data=st.data())
    def use_a_key_again_for_something_else(self, data: st.DataObject) -> None:
        if not self.requests:
            return
        _, request, _ = data.draw(st.sampled_from(self.requests))
        with wall(self.site, "site"), pytest.raises(ledger.IdempotencyConflict):
            ledger.grant(
                key=request["key"], merchant_id=self.merchant_id, unit=COUPON, amount=121, reason="y", actor=JOB,
                now=self.tick(),
            )  # fmt: skip

    @invariant()
    def balances_are_what_the_model_says(self) -> None:
        with wall(self.site, "site"):
            found = {wallet.unit: wallet for wallet in balances.wallets_of_merchant(self.merchant_id)}
            for unit in (COUPON, WA_UI, WA_BI):
                assert (found[unit].balance, found[unit].available) == (self.held[unit], self.free(unit))
            assert balances.wallet_of_agent(self.agent_id, "SAR").balance == self.held["SAR"]
            escrows = Account.objects.filter(kind="escrow", merchant_id=self.merchant_id)
            assert dict(escrows.values_list("ref_id", "balance")) == {batch.id: batch.escrow for batch in self.escrows}

    def teardown(self) -> None:
        try:
            self.prove()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def prove(self) -> None:
        """At the end of each walk the books are proved and the statement is read from start to end."""
        with wall(cluster.site("master"), "master"):
            assert proof.prove().differences == []
        with wall(self.site, "merchant", merchant=self.merchant_id):
            for wallet in balances.wallets_of_merchant(self.merchant_id):
                totals = statements.totals(account=wallet)
                assert sum(total.amount for total in totals.values()) == wallet.balance
                half = NOW + (self.clock - NOW) / 2
                assert statements.closing(account=wallet, end=half) == sum(
                    total.amount for total in statements.totals(account=wallet, end=half).values()
                )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(4))
def test_balances_are_right_after_any_sequence(race_db, part):
    """Two hundred walks of fifty steps, in four parts, so that every worker has some."""
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=50, stateful_step_count=50, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
