"""What beat starts on every site for the console's sake."""

from __future__ import annotations

from celery import shared_task

from console.services import counting
from kernel import clock
from tenants.tasks import SiteTask


@shared_task(base=SiteTask, name="console.count_months")
def count_months() -> None:
    """Write the figures of this site's merchants into the registry. A suspended site goes on counting."""
    counting.count(now=clock.now())
