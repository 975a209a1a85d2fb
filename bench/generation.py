"""Generating 100,000 coupons, credits to committed rows, against a bare COPY of the same rows by the owner."""

from __future__ import annotations

import time
import uuid
from typing import Any

from bench import servers

COUNT = 100_000


def run() -> list[dict[str, Any]]:
    with servers.database() as database:
        import datetime as dt

        from accounts.actors import Actor, system
        from credits.services import ledger, wallets
        from kernel import clock
        from merchants.services import generation
        from merchants.services.plans import BatchPlan
        from tenants.walls import wall
        from tests import factories

        site = database.site("ada")
        now = clock.now()
        with wall(site, "site"):
            merchant = factories.make_merchant("Bench")
            owner = factories.make_member(merchant)
            wallets.open_for_merchant(merchant_id=merchant.id, now=now)
            ledger.grant(
                merchant_id=merchant.id, unit="coupon", amount=10 * COUNT, reason="bench", actor=system("bench"),
                now=now, key=uuid.uuid4(),
            )
        actor: Actor = factories.member_actor(owner, merchant)
        plan = BatchPlan(
            title_en="Bench", offer_kind="percentage", offer_percent=10, quantity=COUNT, starts_at=now,
            claim_until=now + dt.timedelta(days=30), face=factories.FACE, country="SA",
        )
        at_once, generation.AT_ONCE = generation.AT_ONCE, COUNT  # one transaction, as a batch of 50,000 is
        try:
            start = time.perf_counter()
            with wall(site, "merchant", merchant=merchant.id):
                batch = generation.generate(
                    batch_id=uuid.uuid4(), merchant_id=merchant.id, plan=plan, actor=actor, now=now
                )
            ours = time.perf_counter() - start
        finally:
            generation.AT_ONCE = at_once
        baseline = _copy(database, site, batch)
    ratio = ours / baseline
    return [
        {"name": f"generate {COUNT:,} coupons, credits to committed rows", "ours": ours, "baseline": baseline,
         "ratio": ratio, "unit": "s", "aim": "≤ 3 × COPY, under 10 s", "ok": ratio <= 3 and ours < 10},
    ]


def _copy(database: servers.Database, site: Any, batch: Any) -> float:
    """The same rows, other serials, by COPY around the walls."""
    table = f'"{site.schema_name}".merchants_coupon'
    with database.superuser() as connection:
        rows = connection.execute(
            f"SELECT uuidv7()::text, merchant_id::text, batch_id::text, reverse(serial), lane, state, source,"
            f" void_reason FROM {table} WHERE batch_id = %s", [batch.id],
        ).fetchall()
        start = time.perf_counter()
        with connection.transaction(), connection.cursor().copy(
            f"COPY {table} (id, merchant_id, batch_id, serial, lane, state, source, void_reason) FROM STDIN"
        ) as copy:
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - start
