"""Codes by WhatsApp that prove a phone on a browser.

Whoever asks learns nothing about a number: known and unknown ones are answered alike, by the same work, and only the
number's owner gets a message. A code has six digits, ten minutes and five tries, and counts in the browser that asked
for it. Asking is limited per phone, network, browser and merchant, each by itself (`limits` fails closed here: a code
is short, and a message costs money). What a site pays for has a ceiling per hour, which is counted from its messages.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import uuid
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.db import transaction

from accounts.actors import system
from credits.errors import InsufficientCredits
from kernel import crypto, limits
from kernel.ids import uuid7
from kernel.limits import Bucket
from kernel.services import outbox
from merchants.models import Customer, CustomerDevice
from messaging.choices import Trigger
from messaging.codes import locks
from messaging.codes.errors import CodeOver, WrongCode
from messaging.codes.models import PhoneCode
from messaging.errors import NotToCountry, NotWanted, WhatsAppOff
from messaging.meta.queries import senders
from messaging.meta.services import senders as sender_services
from messaging.queries import health
from messaging.services import queue, unsent
from tenants.walls import current_site, wall

log = structlog.get_logger("couponry.codes")
TOPIC = "phone.code"
GOOD_FOR = dt.timedelta(minutes=10)
TRIES = 5
MINUTE, HOUR, DAY = 60, 3600, 86400
_SECRET, _DIGITS = "phone_code", "phone_code_digits"
ACTOR = system("phone code")


def six_digits() -> str:
    """A code nobody can foresee."""
    return f"{secrets.randbelow(1_000_000):06d}"


def before_asking(*, phone: str, network: str, device: str, merchant_id: uuid.UUID | None) -> tuple[Bucket, ...]:
    """The limits on asking, each for one of those who could be overdoing it."""
    return (
        Bucket("code.cooldown", phone, 1, MINUTE),
        Bucket("code.phone.hour", phone, 5, HOUR),
        Bucket("code.phone.day", phone, 10, DAY),
        Bucket("code.network", network, 15, HOUR),
        Bucket("code.device", device, 6, HOUR),
        *((Bucket("code.merchant", str(merchant_id), 120, HOUR),) if merchant_id else ()),
    )


def ask(
    *, phone: str, device_token: str, network: str, merchant_id: uuid.UUID | None, now: dt.datetime,
    digits: Callable[[], str] | None = None,
) -> None:  # fmt: skip
    """Have a code sent to `phone` (E.164), for the browser with this cookie. At level visitor.

    `digits` are six random ones unless given. Raises limits.TooMany, limits.Unavailable, WhatsAppOff, NotToCountry.
    What it does not say is whether the number is known.
    """
    site = current_site()
    device = crypto.token_hash(device_token)
    limits.must(
        *before_asking(phone=phone, network=network, device=device, merchant_id=merchant_id), site_id=site.id, now=now,
        closed=True,
    )  # fmt: skip
    with wall(site, "site"), transaction.atomic():
        sender = senders.switched_on()
        if sender is None:
            raise WhatsAppOff
        if not sender.reaches(phone):  # said of every number of that country, known or not
            raise NotToCountry
        index = crypto.keyed_index(phone, site_id=site.id, field="phone")
        known = Customer.objects.filter(phone_index=index, erased_at=None).exclude(name="").first()
        said, row_id = (digits or six_digits)(), uuid7()
        PhoneCode.objects.create(
            id=row_id, customer=known, merchant_id=merchant_id, device_hash=device, created_at=now,
            expires_at=now + GOOD_FOR, digits_hash=_hash(row_id, said),
            secret_sealed=crypto.seal(said, site_id=site.id, field=_SECRET),
        )  # fmt: skip
        outbox.emit(TOPIC, site_id=site.id, now=now, code_id=str(row_id))


def send(*, code_id: uuid.UUID, now: dt.datetime) -> bool:
    """Queue the message of a code; whether there is one. At level site; safe to repeat.

    What could not be queued stands in the log with its reason. A number that nobody has here gets nothing.
    """
    waiting = PhoneCode.objects.filter(id=code_id, used_at=None, expires_at__gt=now).exclude(secret_sealed="")
    row = waiting.select_related("customer").first()
    if row is None or row.customer is None:
        PhoneCode.objects.filter(id=code_id).update(secret_sealed="")
        return False
    why = _not_queued(row, now)
    if why:
        log.info("code not sent", reason=why)
        unsent.keep(
            trigger=Trigger.CODE, key=_key(row), customer=row.customer, merchant_id=row.merchant_id, why=why, now=now
        )
    PhoneCode.objects.filter(id=row.id).update(secret_sealed="")
    return not why


def _not_queued(row: PhoneCode, now: dt.datetime) -> str:
    """Queue its message; why that was not possible, "" where it was.

    A merchant without credits does not keep customers from their coupons: then the site pays, within its ceiling.
    """
    try:
        if row.merchant_id:
            with suppress(InsufficientCredits):
                _enqueue(row, row.merchant_id, now)
                return ""
        if _at_the_sites_cost(row, now):
            return ""
        return "no_credits" if row.merchant_id else "ceiling"
    except NotWanted:
        return "erased"
    except WhatsAppOff as error:
        return error.code


def _at_the_sites_cost(row: PhoneCode, now: dt.datetime) -> bool:
    """Whether the ceiling let it through. The number is locked from count to queue, for however many ask at once."""
    with transaction.atomic():
        sender = sender_services.lock_mine()
        if sender is None:
            raise WhatsAppOff
        if health.count_codes(now=now) >= sender.code_ceiling_per_hour:
            sender_services.ceiling_reached(sender, now=now)
            return False
        _enqueue(row, None, now, why="site_pays" if row.merchant_id else "")
    return True


def _enqueue(row: PhoneCode, merchant_id: uuid.UUID | None, now: dt.datetime, why: str = "") -> None:
    site = current_site()
    queue.enqueue(
        trigger=Trigger.CODE, key=_key(row), customer_id=row.customer_id, merchant_id=merchant_id,
        secret=crypto.open_sealed(row.secret_sealed, site_id=site.id, field=_SECRET), now=now, actor=ACTOR, why=why,
        wake=False,
    )  # fmt: skip


def _key(row: PhoneCode) -> str:
    return f"code:{row.id}"


def prove(*, digits: str, device_token: str, now: dt.datetime) -> uuid.UUID:
    """Prove the phone that this browser asked a code for; returns the customer. At level visitor.

    Raises WrongCode, CodeOver. Every try is counted, also one that fails.
    """
    device = crypto.token_hash(device_token)
    with wall(current_site(), "site"):
        with transaction.atomic():
            row = locks.newest(device, now)
            if row is None or row.tries >= TRIES:
                raise CodeOver
            row.tries += 1
            right = hmac.compare_digest(bytes(row.digits_hash), _hash(row.id, digits))
            if right and row.customer_id:
                row.used_at, row.secret_sealed = now, ""
                CustomerDevice.objects.get_or_create(
                    token_hash=device, customer_id=row.customer_id, defaults={"proved_by": "code", "created_at": now}
                )
            row.save(update_fields=["tries", "used_at", "secret_sealed"])
        if row.used_at is None or row.customer_id is None:
            raise WrongCode(TRIES - row.tries)
        return row.customer_id


def waits(*, device_token: str, now: dt.datetime) -> bool:
    """Whether this browser has a code to type. At level visitor."""
    with wall(current_site(), "site"):
        found = PhoneCode.objects.filter(
            device_hash=crypto.token_hash(device_token), used_at=None, expires_at__gt=now, tries__lt=TRIES
        )
        return found.exists()


def is_offered() -> bool:
    """Whether this site can send codes. At level visitor."""
    with wall(current_site(), "site"):
        return senders.is_on()


def forget(*, now: dt.datetime) -> int:
    """Remove codes that ended a day ago. Returns how many."""
    return PhoneCode.objects.filter(expires_at__lt=now - dt.timedelta(days=1)).delete()[0]


def _hash(row_id: uuid.UUID, digits: str) -> bytes:
    """Bound to the row, so that a table of a million codes helps nobody."""
    return crypto.keyed_index(f"{row_id}/{digits.strip()}", site_id=current_site().id, field=_DIGITS)
