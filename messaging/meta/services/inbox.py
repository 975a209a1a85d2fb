"""The inbox of webhooks: verified against the bytes that came, kept per site, answered at once, handled by a worker.

One request may bring news of many sites. Each site's part is sealed under that site's id; what concerns the account
(templates, quality, bans) is the console's own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections import defaultdict
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel import crypto
from kernel.errors import DomainError
from kernel.services import outbox
from messaging.meta import locks, news
from messaging.meta.models import Arrival, Sender
from messaging.meta.news import Items
from messaging.meta.services import account
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site, wall

log = structlog.get_logger("couponry.whatsapp")
ARRIVED, OF_ACCOUNT = "whatsapp.arrived", "whatsapp.account_news"  # topics
PAYLOAD = "whatsapp_arrival"  # name of the sealed field
KEPT = dt.timedelta(days=30)
AT_A_TIME = 5_000  # removed in one statement
Part = tuple[str, dict[str, Any]]
# What is written to and by people: each item has its own id and time, and the same one may come in two requests.
OF_NUMBERS = (news.MESSAGES, news.PREFERENCES)


class BadSignature(DomainError):
    """The body is not Meta's, or not for our app."""

    code = "bad_signature"

    def __init__(self) -> None:
        super().__init__(_("The signature does not fit."))


def receive(body: bytes, signature: str, now: dt.datetime) -> list[Arrival]:
    """Keep what one request brings and have it handled; the same news twice is kept once. Raises BadSignature.

    Returns the rows that are new.
    """
    found = account.opened()
    if found is None or not _fits(body, signature, found.app_secret):
        raise BadSignature
    try:
        said = json.loads(body)
    except ValueError:
        log.warning("signed news that is no JSON")
        return []
    kept = [_keep(home, parts, times, now) for home, parts, times in _by_site(said, found.waba_id)]
    return [row for row in kept if row is not None]


def is_verified(token: str) -> bool:
    """Whether this is the token that we gave Meta for its handshake."""
    found = account.opened()
    return found is not None and crypto.same(token, found.verify_token)


def open_items(arrival: Arrival) -> Items:
    """What an arrival says. Raises crypto.CannotOpen."""
    return news.items(open_parts(arrival))


def open_parts(arrival: Arrival) -> list[Part]:
    """The same as (field, value) pairs, as Meta wrote them. Raises crypto.CannotOpen."""
    text = crypto.open_sealed(arrival.payload_sealed, site_id=arrival.site_id, field=PAYLOAD)
    return [(name, value) for name, value in json.loads(text)]


def done(arrival_id: uuid.UUID, now: dt.datetime) -> None:
    """It was handled, and is not handed over again."""
    Arrival.objects.filter(id=arrival_id, handled_at__isnull=True).update(handled_at=now)


def again(now: dt.datetime, *, older_than: dt.timedelta) -> int:
    """Hand over again what the open site still waits for. Returns how many."""
    site = current_site()
    with transaction.atomic():
        late = locks.late_arrivals(site.id, now - older_than)
        for row in late:
            row.attempts += 1
            row.save(update_fields=["attempts"])
            _hand_over(row, now)
    return len(late)


def forget(now: dt.datetime) -> int:
    """Remove what the open site was told long ago and has handled, in portions. Returns how many."""
    old = Arrival.objects.filter(site_id=current_site().id, handled_at__isnull=False, received_at__lt=now - KEPT)
    total = 0
    while found := list(old.values_list("id", flat=True)[:AT_A_TIME]):
        total += int(Arrival.objects.filter(id__in=found).delete()[0])
    return total


def _fits(body: bytes, signature: str, secret: str) -> bool:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return crypto.same(signature, f"sha256={digest}")


def _by_site(said: Any, waba_id: str) -> list[tuple[Site, list[Part], list[str]]]:
    """Each site's part of a request, and when Meta noticed what says nothing of its own time.

    A text that is approved, edited and approved again is the same news twice but for that time.
    """
    parts: dict[str, list[Part]] = defaultdict(list)
    times = []
    for owner, name, value, at in news.changes(said):
        if owner == waba_id:
            parts[news.number_of(value) if name in OF_NUMBERS else ""].append((name, value))
            times += [] if name in OF_NUMBERS else [at]
    console = sites.console()
    with wall(console, "master"):
        homes = dict(Sender.objects.filter(phone_number_id__in=parts).values_list("phone_number_id", "site_id"))
    found: dict[uuid.UUID, list[Part]] = defaultdict(list)
    for number, told in parts.items():
        if not number:
            found[console.id] += [part for part in told if part[0] not in OF_NUMBERS]
        elif number in homes:
            found[homes[number]] += told
        else:
            log.warning("news of a number that no site has", changes=len(told))
    return [
        (console, told, times) if home == console.id else (sites.get_site(home), told, [])
        for home, told in found.items()
        if told
    ]


def _keep(site: Site, parts: list[Part], times: list[str], now: dt.datetime) -> Arrival | None:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256("\n".join([text, *times]).encode()).digest()
    values = {"payload_sealed": crypto.seal(text, site_id=site.id, field=PAYLOAD), "received_at": now}
    with wall(site, "master" if site.id == account.HOME else "site"), transaction.atomic():
        row, new = Arrival.objects.get_or_create(site_id=site.id, digest=digest, defaults=values)
        if new:
            _hand_over(row, now)
    return row if new else None


def _hand_over(row: Arrival, now: dt.datetime) -> None:
    topic = OF_ACCOUNT if row.site_id == account.HOME else ARRIVED
    outbox.emit(topic, site_id=row.site_id, now=now, arrival_id=str(row.id))
