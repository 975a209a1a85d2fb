"""What Meta tells about the account itself: texts, numbers, bans. At level master."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction

from kernel.services import outbox
from messaging.meta import locks
from messaging.meta.errors import NotConnected
from messaging.meta.services import account, inbox, senders, templates

log = structlog.get_logger("couponry.whatsapp")
NOTICE = "whatsapp.account_notice"
OF_TEMPLATES = frozenset({"message_template_status_update", "template_category_update"})
# Events of account_update that the console has to hear of; others (prices, reviews passed) are only logged.
WORRYING = frozenset(
    {"DISABLED_UPDATE", "ACCOUNT_VIOLATION", "ACCOUNT_RESTRICTION", "ACCOUNT_DELETED", "PARTNER_REMOVED"}
)


def handle(arrival_id: uuid.UUID, now: dt.datetime) -> None:
    """Take in one arrival of the console. Safe to run twice."""
    with transaction.atomic():
        row = locks.arrival(arrival_id)
        if row is None:
            return
        numbers = False
        for name, value in inbox.open_parts(row):
            event = str(value.get("event", ""))[:60]
            log.info("news of the account", field=name, told=event)
            if name in OF_TEMPLATES:
                templates.told(value, now)
            elif name == "phone_number_quality_update":
                numbers = True
            elif name == "account_update" and event in WORRYING:
                outbox.emit(NOTICE, site_id=account.HOME, now=now, told=event)
        inbox.done(row.id, now)
    if numbers:
        try:
            senders.check_all(now)  # ask how they are rather than guess from the news
        except NotConnected:
            log.warning("numbers not looked at")
