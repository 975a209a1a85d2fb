"""The nightly proof. Beat sends it with the console's site id: only level master sees every site."""

from __future__ import annotations

import structlog
from celery import shared_task

from credits.queries import proof
from tenants.tasks import SiteTask

log = structlog.get_logger("couponry.ledger")


class LedgerBrokenError(RuntimeError):
    """A balance is not what the entries say. The alarm: the task fails and names the first difference."""


@shared_task(base=SiteTask, name="credits.prove")
def prove() -> None:
    """Prove the whole ledger. Raises LedgerBrokenError at a difference."""
    found = proof.prove()
    for difference in found.differences:
        log.error("the ledger is broken", **difference.as_dict())
    if found.differences:
        raise LedgerBrokenError(str(found.differences[0]))
    log.info("the ledger is right", accounts=found.accounts, transfers=found.transfers)
