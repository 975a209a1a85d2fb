"""What beat starts for WhatsApp's account, and the news that this wing answers."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from celery import shared_task

from kernel import clock
from kernel.handlers import handles
from kernel.models import OutboxEvent
from messaging.meta.errors import NotConnected
from messaging.meta.models import Sender
from messaging.meta.queries import templates as text_queries
from messaging.meta.services import account, inbox, notices, senders, templates, updates
from messaging.meta.services.client import Refused, Unknown, Unreachable
from tenants.queries import sites
from tenants.tasks import SiteTask
from tenants.walls import wall

log = structlog.get_logger("couponry.whatsapp")
LATE = dt.timedelta(minutes=15)


@handles(templates.SUBMIT)
def submit(event: OutboxEvent, now: dt.datetime) -> None:
    """Submit the texts of one site. Raises Unreachable and Unknown: the outbox tries again."""
    try:
        templates.submit_missing(site=sites.get_site(uuid.UUID(event.payload["of_site"])), now=now)
    except (NotConnected, Refused) as error:
        log.warning("texts not submitted", reason=type(error).__name__)


@handles(inbox.OF_ACCOUNT)
def account_news(event: OutboxEvent, now: dt.datetime) -> None:
    updates.handle(uuid.UUID(event.payload["arrival_id"]), now)


@handles(account.TOKEN_DIED)
def tell_of_token(event: OutboxEvent, now: dt.datetime) -> None:
    notices.token_died()


@handles(updates.NOTICE)
def tell_of_account(event: OutboxEvent, now: dt.datetime) -> None:
    notices.account_notice(str(event.payload["told"]))


@handles(senders.PAUSED)
def tell_of_sender(event: OutboxEvent, now: dt.datetime) -> None:
    """Wherever it was paused, the console is told."""
    sender = Sender.objects.filter(id=event.payload["sender_id"]).first()
    if sender is None or sender.sends(now):
        return
    site, reason = sites.get_site(sender.site_id), sender.pause_reason
    with wall(sites.console(), "master"):
        notices.sender_paused(site, reason)


@handles(senders.UNWELL)
def tell_of_unwell(event: OutboxEvent, now: dt.datetime) -> None:
    sender = Sender.objects.filter(id=event.payload["sender_id"]).first()
    if sender is not None:
        notices.sender_unwell(sites.get_site(sender.site_id), sender, event.payload["worse"])


@handles(templates.LOST_NEWS)
def tell_of_texts(event: OutboxEvent, now: dt.datetime) -> None:
    """Every text of the site that is lost, in one mail: of many that are lost at once, the last event tells."""
    of_site = event.payload["of_site"]
    same = OutboxEvent.objects.filter(topic=templates.LOST_NEWS, site_id=event.site_id, payload__of_site=of_site)
    if same.filter(id__gt=event.id, done_at=None).exists():
        return
    site = sites.get_site(uuid.UUID(of_site))
    with wall(sites.console(), "master"):
        if lost := list(text_queries.list_lost(site.id)):
            notices.texts_lost(site, lost)


@handles(senders.CEILING)
def tell_of_ceiling(event: OutboxEvent, now: dt.datetime) -> None:
    sender = Sender.objects.filter(id=event.payload["sender_id"]).first()
    if sender is None:
        return
    with wall(sites.console(), "master"):
        notices.ceiling_reached(sites.get_site(sender.site_id), sender.code_ceiling_per_hour)


@shared_task(base=SiteTask, name="whatsapp.look_after")
def look_after() -> None:
    """On the console: pauses that are over, and buttons that lead to a domain that is no longer the main one."""
    now = clock.now()
    senders.resume_due(now)
    for sender in Sender.objects.all():
        if templates.outdated(sites.get_site(sender.site_id)):
            templates.order(site_id=sender.site_id, now=now)


@shared_task(base=SiteTask, name="whatsapp.sync")
def sync() -> None:
    """On the console: what Meta says of every number and every text."""
    now = clock.now()
    try:
        senders.check_all(now)
        templates.sync(now)
    except (NotConnected, Refused, Unreachable, Unknown) as error:
        log.warning("not synchronised with Meta", reason=type(error).__name__)


@shared_task(base=SiteTask, name="whatsapp.keep_inbox")
def keep_inbox() -> None:
    """Everywhere: news that was left is handed over again, and what is old and done is removed."""
    now = clock.now()
    late = inbox.again(now, older_than=LATE)
    if late:
        log.warning("news of Meta's handed over again", count=late)
    inbox.forget(now)
