"""Claims and redemptions: through the service against the bare function, and over HTTP on one web process.

Over HTTP the clients are a process of their own on the same machine, so they take their share of its cores too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import servers

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS, SECONDS, COUPONS = 8, 4.0, 60_000
CLIENTS, PACED_PER_SECOND = 16, 50
# The function as pgbench calls it: everything but what Python adds (sealing, the wall, a transaction block).
FUNCTION = """\
SELECT outcome FROM claim_coupon('{batch}', '', sha256(gen_random_uuid()::text::bytea), repeat('x', 70), 'Carl', \
repeat('y', 60), 5::smallint, 17::smallint, 'en', 'centre', '', true, uuidv7(), now());
"""
# What a claim would be without customers, limits and news: the least that gives each coupon once.
STATEMENT = """\
UPDATE merchants_coupon SET state = 'taken', taken_at = now(), source = 'centre' WHERE id = (SELECT id FROM \
merchants_coupon WHERE batch_id BETWEEN '{batch}' AND '{batch}' AND state = 'available' AND lane = 'online' ORDER BY \
batch_id, id LIMIT 1 FOR UPDATE \
SKIP LOCKED);
"""


def run() -> list[dict[str, Any]]:
    return [*_sql(), *_http()]


def _row(name: str, ours: float, baseline: float | None, aim: str, unit: str, *, ok: bool) -> dict[str, Any]:
    ratio = round(ours / baseline, 2) if baseline else None
    return {"name": name, "ours": ours, "baseline": baseline, "ratio": ratio, "aim": aim, "unit": unit, "ok": ok}


def make_batch(site: Any, quantity: int) -> Any:
    """An open batch with so many coupons, of a merchant with a branch and a cashier."""
    from django.db import connection

    from kernel import clock
    from merchants.serials import new_serials
    from tenants.walls import wall
    from tests import factories

    now = clock.now()
    with wall(site, "site"):
        batch = factories.make_batch(
            factories.make_merchant(), quantity, coupons=False, starts_at=now - factories.DAY,
            claim_until=now + factories.DAY, created_at=now,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO merchants_coupon (id, merchant_id, batch_id, serial, lane, state, source, void_reason)"
                " SELECT uuidv7(), %s, %s, serial, 'online', 'available', '', '' FROM unnest(%s::text[]) serial",
                [batch.merchant_id, batch.id, new_serials(quantity)],
            )
    return batch


def _sql() -> list[dict[str, Any]]:
    with servers.database() as database:
        site = database.site("ada")
        ours = _service_rate(site, make_batch(site, COUPONS))
        function = _pgbench(database, site, FUNCTION.format(batch=make_batch(site, COUPONS).id), "visitor")
        bare = _pgbench(database, site, STATEMENT.format(batch=make_batch(site, COUPONS).id), "site")
    return [
        _row(f"claim, service from Python, {CONNECTIONS} connections; baseline: pgbench, the function", round(ours),
             round(function), "≥ 60 % of the baseline", "/s", ok=ours >= 0.6 * function),
        _row(f"claim, the function by pgbench, {CONNECTIONS} connections; baseline: pgbench, a bare UPDATE",
             round(function), round(bare), "≥ 60 % of the baseline", "/s", ok=function >= 0.6 * bare),
    ]  # fmt: skip


def _service_rate(site: Any, batch: Any) -> float:
    """Claims a second by threads of this process, each claim with its own wall, as a page makes it."""
    import datetime as dt

    from django.db import connection

    from kernel import clock
    from merchants.services import claims
    from tenants.walls import wall

    connection.close()
    done, begin = [0] * CONNECTIONS, threading.Barrier(CONNECTIONS)

    def client(number: int) -> None:
        def act(turn: int) -> None:
            with wall(site, "visitor"):
                result = claims.claim(
                    phone=f"+9665{number:02d}{turn:06d}", source="centre", now=clock.now(), batch_id=batch.id,
                    name="Carl", birthday=dt.date(1990, 5, 17), device_token=f"{number}-{turn}",
                )  # fmt: skip
            assert result.outcome == "taken", result

        act(0)
        begin.wait()
        end, turn = time.perf_counter() + SECONDS, 0
        while time.perf_counter() < end:
            turn += 1
            act(turn)
        done[number] = turn
        connection.close()

    threads = [threading.Thread(target=client, args=[number]) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def _pgbench(database: servers.Database, site: Any, statement: str, level: str) -> float:
    from config.embedded import POSTGRES_BIN_PATH

    server = database.own.server
    options = f"-c role={site.schema_name}_{level} -c search_path={site.schema_name},public"
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "claim.sql"
        script.write_text(statement)
        said = subprocess.run(
            [str(POSTGRES_BIN_PATH / "pgbench"), "-n", "-h", str(server.socket), "-U", "couponry_app",
             "-c", str(CONNECTIONS), "-j", "2", "-T", str(int(SECONDS)), "-f", str(script), database.own.name],
            env={**os.environ, "PGPASSWORD": server.passwords.app, "PGOPTIONS": options},
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", said)
    assert found, said
    return float(found[1])


def _http() -> list[dict[str, Any]]:
    from tests.live import LiveServer

    with servers.database() as database:
        site = database.site("ada")
        batch = make_batch(site, 20_000)
        till = _till(site, batch)
        with LiveServer(database.url) as server:
            said = _clients(server.port, str(batch.id), till)
    claim, paced, redeem = said["claims_per_second"], said["claim_p95"], said["redeem_p95"]
    return [
        _row(f"claim over HTTP, one web process, {CLIENTS} clients", round(claim), None, "≥ 200/s", "/s",
             ok=claim >= 200),
        _row(f"claim over HTTP at {PACED_PER_SECOND}/s, p95", round(paced, 1), None, "< 150 ms", "ms", ok=paced < 150),
        _row(f"redeem over HTTP at {PACED_PER_SECOND}/s, p95", round(redeem, 1), None, "< 150 ms", "ms",
             ok=redeem < 150),
    ]  # fmt: skip


def _till(site: Any, batch: Any) -> dict[str, Any]:
    """Signed-in cashiers and taken coupons for them."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.cached_db import SessionStore

    from kernel import clock
    from merchants.models import Coupon, Merchant
    from tenants.walls import wall
    from tests import factories

    sessions = []
    with wall(site, "site"):
        merchant = Merchant.objects.get(id=batch.merchant_id)
        factories.make_branch(merchant)
        for _ in range(CLIENTS):
            user = factories.make_member(merchant, "cashier")
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.save()
            sessions.append(session.session_key)
        used = Coupon.objects.filter(batch=batch).order_by("-id")[:2_000]
        serials = [coupon.serial for coupon in used]
        Coupon.objects.filter(serial__in=serials).update(
            state="taken", taken_at=clock.now(), use_until=batch.claim_until, source="centre"
        )
    return {"sessions": sessions, "serials": serials}


def _clients(port: int, batch: str, till: dict[str, Any]) -> dict[str, float]:
    """Run the clients in a process of their own; see `main`."""
    plan = json.dumps({"port": port, "batch": batch, **till})
    said = subprocess.run(
        [sys.executable, "-m", "bench.claims"], cwd=ROOT, input=plan, capture_output=True, text=True, check=True
    )
    return dict(json.loads(said.stdout))


def main() -> None:
    """The clients: as fast as 16 can, then so many a second; reads its plan from standard input."""
    from tests.live import Visitor, claim_form, percentile

    plan = json.load(sys.stdin)
    path = f"/b/{plan['batch']}/claim"

    def visitor(number: int) -> Any:
        found = Visitor(plan["port"], "ada.localhost")
        found.get(path)
        return found

    def claim(browser: Any, number: int) -> None:
        browser.cookies = {"csrf": browser.cookies["csrf"]}  # somebody new each time
        answer = browser.post(path, claim_form(number))
        assert answer.status == 302, (answer.status, answer.content[:300])

    fast = _drive(visitor, claim, SECONDS, first=1)
    paced = _drive(visitor, claim, SECONDS, first=5_000_000, per_second=PACED_PER_SECOND)

    def cashier(number: int) -> Any:
        found = Visitor(plan["port"], "ada.localhost")
        found.cookies = {"session": plan["sessions"][number]}
        found.get("/redeem/")
        return found

    def redeem(browser: Any, number: int) -> None:
        answer = browser.post("/redeem/", {"serial": plan["serials"][number]})
        assert answer.status == 302, (answer.status, answer.content[:300])

    tills = _drive(cashier, redeem, SECONDS, first=0, per_second=PACED_PER_SECOND)
    figures = {
        "claims_per_second": len(fast) / SECONDS, "claim_p95": percentile(paced, 0.95) * 1000,
        "redeem_p95": percentile(tills, 0.95) * 1000,
    }  # fmt: skip
    sys.stdout.write(json.dumps(figures))


def _drive(
    start: Callable[[int], Any], act: Callable[[Any, int], None], seconds: float, *, first: int, per_second: int = 0
) -> list[float]:
    """Seconds each act took. With `per_second` acts begin on a beat, and waiting for a free client counts too."""
    from tests.live import wait_until

    times: list[float] = []
    lock, begin = threading.Lock(), threading.Barrier(CLIENTS)
    counter = iter(range(first, first + 10_000_000))
    began = 0.0

    def client(number: int) -> None:
        nonlocal began
        browser = start(number)
        if begin.wait() == 0:
            began = time.perf_counter()
        begin.wait()
        while True:
            with lock:
                turn = next(counter)
            due = began + (turn - first) / per_second if per_second else time.perf_counter()
            if due > began + seconds:
                break
            wait_until(due)
            act(browser, turn)
            with lock:
                times.append(time.perf_counter() - due)
        browser.close()

    threads = [threading.Thread(target=client, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


if __name__ == "__main__":
    main()
