"""Any page with 100 sites against the same page with one: what the walls cost when they change at every request."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench import servers

SITES, ROUNDS = 100, 600
ROOT = Path(__file__).resolve().parent.parent
MAKE = """
import django; django.setup()
from kernel import clock
from tenants.services import provision
for number in range(%d):
    provision.create_site(kind="agent", name=f"Bench {number}", domain=f"bench{number}.localhost", now=clock.now())
"""


def run() -> list[dict[str, Any]]:
    with servers.database() as database:
        start = time.perf_counter()
        owner = {**os.environ, "COUPONRY_PROCESS": "owner", "OWNER_DATABASE_URL": database.own.url(owner=True)}
        subprocess.run([sys.executable, "-c", MAKE % SITES], cwd=ROOT, env=owner, check=True)
        made = (time.perf_counter() - start) / SITES
        rows = [
            {"name": "make a site (schema, roles, tables, policies)", "ours": made, "baseline": None, "ratio": None,
             "unit": "s", "aim": "under 5 s", "ok": made < 5}
        ]
        for path in ("/", "/account/login/"):
            one = _median(["ada.localhost"], path)
            many = _median([f"bench{number}.localhost" for number in range(SITES)], path)
            rows.append(
                {"name": f"page {path}, {SITES} sites against 1", "ours": many * 1000, "baseline": one * 1000,
                 "ratio": many / one, "unit": "ms", "aim": "≤ 1.3", "ok": many / one <= 1.3}
            )
    return rows


def _median(hosts: list[str], path: str) -> float:
    from django.test import Client

    client = Client()
    times = []
    for number in range(len(hosts) + ROUNDS):
        start = time.perf_counter()
        response = client.get(path, headers={"host": hosts[number % len(hosts)]})
        assert response.status_code == 200, response.status_code
        if number >= len(hosts):  # each host once to warm up
            times.append(time.perf_counter() - start)
    return statistics.median(times)
