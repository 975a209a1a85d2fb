"""Transfers a second through the service, against pgbench calling the same function, and against the usual way.

The usual way is what one writes without a function: open a transaction, SELECT … FOR UPDATE, look, UPDATE, two INSERTs,
commit; here by bare psycopg, without walls, keys, checks or the work of Django, so that 60 % of it is a good result.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import servers

CLIENTS = 8
SECONDS = 4.0
WALLETS = 1_000
CREDITS = 100_000_000

# The wallet of merchant n, n from 1. The same text gives it in SQL and in Python.
MERCHANT = "00000000-0000-7000-8000-{:012x}"
SCRIPT = """\
\\set n random(1, {wallets})
SELECT count(*) FROM public.bank_post(uuidv7(), '{site}', 'message.sent',
  jsonb_build_array(
    jsonb_build_object('kind', 'wallet', 'unit', 'wa_ui', 'owner_type', 'merchant', 'owner_id',
      '00000000-0000-7000-8000-' || lpad(to_hex(:n), 12, '0'), 'ref_id', NULL, 'amount', -1, 'action', 'deduct'),
    jsonb_build_object('kind', 'consumed', 'unit', 'wa_ui', 'owner_type', 'platform', 'owner_id', '{site}',
      'ref_id', NULL, 'amount', 1, 'action', '')),
  'message', uuidv7(), '', NULL, 'system', 'bench', now());
"""
NAIVE = """
CREATE TABLE naive_wallet (id uuid PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
CREATE TABLE naive_transfer (id uuid PRIMARY KEY, kind text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE naive_entry (id uuid PRIMARY KEY, transfer uuid NOT NULL REFERENCES naive_transfer, wallet uuid,
                          amount bigint NOT NULL, balance_after bigint, at timestamptz NOT NULL);
CREATE INDEX ON naive_entry (wallet, at);
CREATE INDEX ON naive_entry (transfer);
"""


def run() -> list[dict[str, Any]]:
    rows = []
    with servers.database() as database:
        site = database.site("ada")
        _open_wallets(site)
        with database.superuser() as connection:
            connection.execute(NAIVE)
            connection.execute(
                "INSERT INTO naive_wallet SELECT owner_id, balance FROM credits_account"
                " WHERE kind = 'wallet' AND unit = 'wa_ui'"
            )
        for title, wallets in (("one hot wallet", 1), (f"{WALLETS:,} wallets", WALLETS)):
            ours = _rate(_service(site, wallets))
            bare = _pgbench(database, site, wallets)
            naive = _rate(_usual_way(database, wallets))
            rows += [
                _row(f"transfers, {title}, {CLIENTS} threads; baseline: pgbench", ours, bare, 0.5),
                _row(f"transfers, {title}, {CLIENTS} threads; baseline: SELECT FOR UPDATE", ours, naive, 0.6),
            ]
    return rows


def _row(name: str, ours: float, baseline: float, aim: float) -> dict[str, Any]:
    ratio = ours / baseline
    return {"name": name, "ours": round(ours), "baseline": round(baseline), "ratio": round(ratio, 2), "unit": "/s",
            "aim": f"≥ {aim:.0%} of the baseline", "ok": ratio >= aim}  # fmt: skip


def _merchant(number: int) -> uuid.UUID:
    return uuid.UUID(MERCHANT.format(number))


def _open_wallets(site: Any) -> None:
    from accounts.actors import system
    from credits.services import ledger, wallets
    from kernel import clock
    from tenants.walls import wall

    with wall(site, "site"):
        for number in range(1, WALLETS + 1):
            wallets.open_for_merchant(merchant_id=_merchant(number), now=clock.now())
            ledger.grant(
                merchant_id=_merchant(number), unit="wa_ui", amount=CREDITS, reason="bench", actor=system("bench"),
                now=clock.now(), key=uuid.uuid4(),
            )


Client = tuple[Callable[[], None], Callable[[], None]]  # what it does once, and how it leaves


def _rate(start_client: Callable[[], Client]) -> float:
    """How often a second CLIENTS threads together do what a client of theirs does once."""
    done, begin = [0] * CLIENTS, threading.Barrier(CLIENTS)

    def client(number: int) -> None:
        act, leave = start_client()
        act()
        begin.wait()
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            act()
            done[number] += 1
        leave()

    threads = [threading.Thread(target=client, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def _service(site: Any, wallets: int) -> Callable[[], Client]:
    """As a message is charged: one wall and one transfer each time."""
    import random

    from django.db import connection

    from accounts.actors import system
    from credits.services import ledger, legs
    from kernel import clock
    from kernel.ids import uuid7
    from tenants.walls import wall

    connection.close()  # this thread's, so that the pool has one for each client

    def start() -> Client:
        dice, actor = random.Random(), system("bench")

        def act() -> None:
            merchant_id, key = _merchant(dice.randint(1, wallets)), uuid7()
            with wall(site, "site"):
                ledger.post(
                    key=key, kind="message.sent", related=ledger.Related("message", key), actor=actor, now=clock.now(),
                    legs=[
                        legs.merchant_wallet(merchant_id, "wa_ui", -1, "deduct"),
                        legs.far_side("consumed", "wa_ui", 1),
                    ],
                )

        return act, connection.close

    return start


def _pgbench(database: servers.Database, site: Any, wallets: int) -> float:
    from config.embedded import POSTGRES_BIN_PATH

    server = database.own.server
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "transfer.sql"
        script.write_text(SCRIPT.format(wallets=wallets, site=site.id))
        said = subprocess.run(
            [str(POSTGRES_BIN_PATH / "pgbench"), "-n", "-h", str(server.socket), "-U", "couponry_app",
             "-c", str(CLIENTS), "-j", "2", "-T", str(int(SECONDS)), "-f", str(script), database.own.name],
            env={**os.environ, "PGPASSWORD": server.passwords.app, "PGOPTIONS": f"-c role={site.schema_name}_site"},
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", said)
    assert found, said
    return float(found[1])


def _usual_way(database: servers.Database, wallets: int) -> Callable[[], Client]:
    import random

    from kernel.ids import uuid7

    def start() -> Client:
        connection, dice = database.superuser(), random.Random()

        def act() -> None:
            wallet, transfer = _merchant(dice.randint(1, wallets)), uuid7()
            with connection.transaction():
                row = connection.execute(
                    "SELECT balance FROM naive_wallet WHERE id = %s FOR UPDATE", [wallet]
                ).fetchone()
                after = row[0] - 1
                connection.execute("UPDATE naive_wallet SET balance = %s WHERE id = %s", [after, wallet])
                connection.execute("INSERT INTO naive_transfer VALUES (%s, 'message.sent', now())", [transfer])
                connection.execute(
                    "INSERT INTO naive_entry VALUES (%s, %s, %s, -1, %s, now()), (%s, %s, NULL, 1, NULL, now())",
                    [uuid7(), transfer, wallet, after, uuid7(), transfer],
                )

        return act, connection.close

    return start
