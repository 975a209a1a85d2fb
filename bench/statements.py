"""A month's end for 1,000 merchants: figures, proof against the ledger, two PDF each; against the printing alone.

The baseline prints the very same documents with WeasyPrint as one would at first: one process, one call of `write_pdf`
after the other with the stylesheet given each time, and nothing else; taken from a sample of them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MERCHANTS = 1_000
LINES = 24  # a year's of each of three wallets; the month measured has its share
SAMPLE = 40
LIMIT = 300.0
NOW = dt.datetime(2025, 7, 1, 3, tzinfo=dt.UTC)


def run() -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.statements", "--ours"], capture_output=True, check=True, text=True, timeout=1800
    )
    found = json.loads(done.stdout.splitlines()[-1])
    ratio = found["baseline"] / found["seconds"]
    return [
        {"name": f"month's end, {MERCHANTS:,} merchants, en and ar; baseline: one process, printing alone",
         "ours": found["seconds"], "baseline": found["baseline"], "ratio": ratio, "unit": "s",
         "aim": f"< {LIMIT:.0f} s", "ok": found["seconds"] < LIMIT},
        {"name": "of it, figures and their proof", "ours": found["figures"], "baseline": None, "ratio": None,
         "unit": "s", "aim": "< 30 s", "ok": found["figures"] < 30},
        {"name": "peak memory, worker and printers", "ours": found["mb"], "baseline": None, "ratio": None, "unit": "MB",
         "aim": "< 1,000", "ok": found["mb"] < 1000},
    ]  # fmt: skip


def measure() -> dict[str, float]:
    """Seconds for everything, for the figures alone, for WeasyPrint alone, and megabytes."""
    from bench import servers

    with servers.database() as database:
        from accounts.actors import system
        from agents.statements.models import Statement
        from agents.statements.paper import document
        from agents.statements.services import making, runs
        from tenants.walls import wall
        from tests.statements import world

        site = database.site("ada")
        with database.superuser() as connection:
            world.fill(connection, site, merchants=MERCHANTS, lines=LINES)
        runs.months.CATCH_UP = 1
        with wall(site, "site"):
            started = time.perf_counter()
            runs.open_due(actor=system("bench"), now=NOW)
            while making.make_next(now=NOW):
                continue
            seconds = time.perf_counter() - started
            made = list(Statement.objects.filter(level="merchant", state="ready"))
            assert len(made) == MERCHANTS, len(made)
            figures = _figures(made)
            pages = [document.html(one, lang, {}) for one in made[: SAMPLE // 2] for lang in ("en", "ar")]
        mb = _peak()
        baseline = _alone(pages, document.stylesheet()) / SAMPLE * MERCHANTS * 2
    servers.clean()
    return {"seconds": seconds, "figures": figures, "baseline": baseline, "mb": mb}


def _figures(made: list[Any]) -> float:
    from agents.statements import registry
    from agents.statements.queries import proof
    from agents.statements.services import making

    started = time.perf_counter()
    for first in range(0, len(made), making.CHUNK):
        chunk = made[first : first + making.CHUNK]
        owners = [making.owner_of(one) for one in chunk]
        built = registry.build_all("merchant", owners)
        wrong = proof.differences(chunk, {one.id: built[owner.id] for one, owner in zip(chunk, owners, strict=True)})
        assert wrong == {}
    return time.perf_counter() - started


def _peak() -> float:
    """This process's highest, and for each printer the highest of any of them."""
    own = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    from django.conf import settings

    return own + settings.STATEMENT_PRINTERS * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _alone(pages: list[str], rules: str) -> float:
    import weasyprint

    def printed(page: str) -> None:
        weasyprint.HTML(string=page).write_pdf(stylesheets=[weasyprint.CSS(string=rules)])

    printed(pages[0])
    started = time.perf_counter()
    for page in pages:
        printed(page)
    return time.perf_counter() - started


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    print(json.dumps(measure() if "--ours" in sys.argv else run(), indent=None if "--ours" in sys.argv else 1))
