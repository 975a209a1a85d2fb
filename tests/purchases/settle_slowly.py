"""A worker for test_races.py that is killed in the middle of settling: it says where it is and stays there.

Arguments: site id, purchase id. The database is named by the environment.
"""

from __future__ import annotations

import sys
import time
import uuid
from typing import Any

import django

django.setup()

from agents.purchases.models import Purchase  # noqa: E402
from agents.purchases.services import mails, settling  # noqa: E402
from tenants.queries import sites  # noqa: E402
from tenants.walls import wall  # noqa: E402
from tests.factories import NOW  # noqa: E402
from tests.purchases.cast import JOB, paid  # noqa: E402


def stay(*args: Any, **kwargs: Any) -> None:
    """The last thing before the commit: everything is written, nothing is certain."""
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(600)  # never comes to its end: the test kills this process here


def main(site_id: str, purchase_id: str) -> None:
    mails.announce = stay
    with wall(sites.get_site(uuid.UUID(site_id)), "site"):
        purchase = Purchase.objects.get(id=purchase_id)
        settling.settle(reference=purchase.id, session=paid(purchase), actor=JOB, now=NOW)


if __name__ == "__main__":
    main(*sys.argv[1:])
