"""The inbox of webhooks: verified against the bytes that came, kept by id, answered at once, handled by a worker.

What an event claims is never believed. It says which object to look at; that object is read from Stripe with our own
key, and the wing that sold something compares amount, currency and order.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import uuid
from typing import Any

import stripe
import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import system
from agents.payments import settling
from agents.payments.errors import GatewayRefused, NotConnected
from agents.payments.models import PaymentEvent
from agents.payments.queries import keys
from agents.payments.services import gateway
from kernel.errors import DomainError, NotFound
from kernel.services import outbox
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site, wall

log = structlog.get_logger("couponry.payments")
TOPIC = "payments.event"
TOLERANCE = 300  # seconds a signature may be old, or ahead of our clock
STRIPE = "Stripe"

SESSION_TYPES = {
    "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
    "checkout.session.expired",
}  # fmt: skip
PAYMENT_TYPES = {
    "charge.refunded", "refund.created", "refund.updated", "refund.failed", "charge.dispute.created",
    "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
}  # fmt: skip
TYPES = sorted(SESSION_TYPES | PAYMENT_TYPES)  # what our endpoint asks for


class BadSignature(DomainError):
    """The body is not Stripe's, not for this site, or too old."""

    code = "bad_signature"

    def __init__(self) -> None:
        super().__init__(_("The signature does not fit."))


def receive(*, body: bytes, signature: str, now: dt.datetime) -> PaymentEvent:
    """Keep one event of the open schema and have it handled; the same event twice is kept once. Raises BadSignature."""
    site = current_site()
    found = keys.keys_of(site)
    if found is None or not found.webhook_secret:
        raise BadSignature
    event = _verified(body, signature, found.webhook_secret, now)
    kind, ours = str(event["type"])[:100], bool(event.get("livemode")) == (found.mode == "live")
    target = _target(kind, event["data"]["object"]) if ours else ""
    values: dict[str, Any] = {
        "type": kind, "object_id": target, "livemode": bool(event.get("livemode")), "received_at": now,
        "created_at": dt.datetime.fromtimestamp(int(event.get("created") or 0), dt.UTC),
        "state": PaymentEvent.State.WAITING if target else PaymentEvent.State.IGNORED,
    }  # fmt: skip
    with transaction.atomic():
        row, new = PaymentEvent.objects.get_or_create(event_id=event["id"], defaults=values)
        if new and target:
            outbox.emit(TOPIC, site_id=site.id, now=now, payment_event=str(row.id))
    return row


def handle(event_row: uuid.UUID, *, now: dt.datetime) -> None:
    """Look at what one kept event is about and tell whoever sold it.

    Raises what the gateway and they raise, after noting it: the event is then tried again.
    """
    row = PaymentEvent.objects.filter(id=event_row, state=PaymentEvent.State.WAITING).first()
    if row is None:
        return
    try:
        known = _dispatch(row, now)
    except Exception as error:
        _note(row, now, last_error=type(error).__name__[:100])
        raise
    state = PaymentEvent.State.DONE if known else PaymentEvent.State.IGNORED
    _note(row, now, state=state, handled_at=now, last_error="")


def again(*, now: dt.datetime, older_than: dt.timedelta) -> int:
    """Hand over again what still waits and was not tried for a while. Returns how many."""
    with transaction.atomic():
        waiting = PaymentEvent.objects.select_for_update(skip_locked=True).filter(
            state=PaymentEvent.State.WAITING, received_at__lt=now - older_than
        )
        late = [row.id for row in waiting if row.tried_at is None or row.tried_at < now - older_than]
        return hand_over(PaymentEvent.objects.filter(id__in=late), now=now)


def hand_over(rows: QuerySet[PaymentEvent], *, now: dt.datetime) -> int:
    """Have these handled again, whatever became of them, as long as they are about something. Returns how many."""
    with transaction.atomic():
        chosen = list(rows.exclude(object_id="").select_for_update())
        for row in chosen:
            row.state, row.tried_at = PaymentEvent.State.WAITING, now
            row.save(update_fields=["state", "tried_at"])
            outbox.emit(TOPIC, site_id=current_site().id, now=now, payment_event=str(row.id))
    return len(chosen)


def _verified(body: bytes, header: str, secret: str, now: dt.datetime) -> Any:
    """The event of a body that Stripe signed for this secret just now."""
    with contextlib.suppress(stripe.SignatureVerificationError, ValueError, KeyError, TypeError):
        # Age is compared with our own clock, both ways; the library looks at neither the future nor `now`.
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
        # One time only: with two, the library would sign for the first while we look at the other.
        (at,) = [int(part[2:]) for part in header.split(",") if part.startswith("t=")]
        event = json.loads(body)
        if abs(now.timestamp() - at) <= TOLERANCE and _well_formed(event):
            return event
    raise BadSignature


def _well_formed(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and event.get("object") == "event"
        and isinstance(event.get("id"), str)
        and 0 < len(event["id"]) <= 255
        and isinstance(event.get("type"), str)
        and isinstance(event["data"]["object"], dict)
    )


def _target(kind: str, about: dict[str, Any]) -> str:
    """The object to read again: the session, or the payment that was refunded or disputed. Empty: nothing of ours."""
    if kind in SESSION_TYPES:
        return str(about.get("id") or "")[:255]
    if kind in PAYMENT_TYPES:
        return str(about.get("payment_intent") or "")[:255]
    return ""


def _dispatch(row: PaymentEvent, now: dt.datetime) -> bool:
    """Tell whom it concerns; False where it is nobody here."""
    home = current_site()
    desk = gateway.Gateway(home)
    actor = system(STRIPE)
    try:
        found: Any = desk.read(row.object_id) if row.type in SESSION_TYPES else desk.read_payment(row.object_id)
    except NotConnected:
        return False  # the keys were removed meanwhile
    except GatewayRefused as error:
        if error.code != "not_found":
            raise
        return False  # of an account whose keys were here before
    told = settling.of(found.kind)
    site = _place(home, found)
    if told is None or site is None or found.reference is None:
        return False
    with wall(site, "master" if site.type == "master" else "site"):
        try:
            if row.type in SESSION_TYPES:
                told.settle(reference=found.reference, session=found, actor=actor, now=now)
            else:
                told.changed(reference=found.reference, payment=found, actor=actor, now=now)
        except NotFound:
            return False  # a reference that nobody here knows
    return True


def _place(home: Any, found: Any) -> Any:
    """Behind which wall a payment is settled; None where it has no business in this account.

    A site's account settles what that site sold. The platform's settles agents' top-ups on the console, and what the
    main site sold. Anything else is somebody writing our marks onto payments of his own.
    """
    if home.type != "master":
        return home if found.site == home.id and found.kind != settling.TOP_UP else None
    if found.kind == settling.TOP_UP:
        return home
    main = sites.main_site()
    return main if found.site == main.id and main.kind == Site.Kind.MAIN else None


def _note(row: PaymentEvent, now: dt.datetime, **values: Any) -> None:
    PaymentEvent.objects.filter(id=row.id).update(attempts=row.attempts + 1, tried_at=now, **values)
