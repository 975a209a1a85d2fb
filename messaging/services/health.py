"""Keeping on the number's row, where the console reads it, how its site's sending is."""

from __future__ import annotations

import datetime as dt

from messaging.meta.queries import senders
from messaging.meta.services import senders as sender_services
from messaging.queries import health


def keep(*, now: dt.datetime) -> None:
    """Count the open site's queue, failures and codes; nothing for a site without a number."""
    if senders.mine() is None:
        return
    found = health.figures(now=now)
    sender_services.keep_figures(
        waiting=found.waiting, waiting_since=found.since, sent_lately=found.sent, failed_lately=found.failed,
        codes_lately=found.codes, now=now,
    )  # fmt: skip
