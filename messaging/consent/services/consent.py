"""Agreeing, withdrawing, stopping and resuming."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.services import audit
from kernel import crypto
from kernel.errors import DomainError, NotAllowed
from kernel.ids import uuid7
from kernel.services import outbox
from merchants.models import Merchant
from merchants.services import claims, customers
from messaging.consent import texts
from messaging.consent.choices import Source, State, StopSource
from messaging.consent.keywords import word_of
from messaging.consent.models import OptIn, OptInEvent
from messaging.consent.queries import register
from messaging.meta.queries import senders
from tenants.models import Site
from tenants.walls import current_site, wall

__all__ = [
    "offer",
    "opt_in",
    "opt_in_own",
    "opt_out_number",
    "record_at_claim",
    "resume_number",
    "resume_own",
    "sender_of",
    "stop_own",
    "withdraw",
    "withdraw_by_staff",
    "withdraw_own",
    "word_of",
]
# Told at once, so that what is queued already is taken back.
STOPPED, WITHDRAWN = "consent.stopped", "consent.withdrawn"
BY_CUSTOMER = Actor("customer", "customer")
# One statement, for a START may lift the standing stop at the same moment: then this is a stop of its own.
_STOP = """
INSERT INTO consent_suppression AS standing (id, phone_index, source, since, said_at, resumed_by)
VALUES (%s, %s, %s, %s, %s, '')
ON CONFLICT (phone_index, source) WHERE resumed_at IS NULL
DO UPDATE SET said_at = greatest(standing.said_at, excluded.said_at)
RETURNING id, xmax = 0
"""


class NothingToWithdraw(DomainError):
    code = "nothing_to_withdraw"
    status = 409


class OnlyInWhatsApp(DomainError):
    """Meta's own switch stopped the number, and nothing of ours can turn it back."""

    code = "only_in_whatsapp"
    status = 409


def sender_of(site: Site) -> str:
    """From whom messages of `site`, the open one, come: the name that customers read in WhatsApp."""
    return senders.shown_name() or site.sender_name or site.name


def offer(*, merchant: Merchant, sender: str, language: str, version: str = texts.CURRENT) -> str:
    """The words of the box for one merchant's offers. `sender` as `sender_of` has it."""
    return texts.wording(merchant=merchant.name(language), sender=sender, language=language, version=version)


def record_at_claim(
    *, coupon_id: uuid.UUID, merchant: Merchant, source: str, language: str, device_token: str, now: dt.datetime
) -> bool:
    """Keep the tick that came with a claim; whether it counted (see the docstring of messaging.consent).

    `now` is the moment given to the claim itself; `device_token` is "" on a shared device. Runs at level visitor, in
    the claim's transaction. What it returns is not for the page.
    """
    said = offer(merchant=merchant, sender=sender_of(current_site()), language=language)
    device = crypto.token_hash(device_token) if device_token else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT consent_at_claim(%s, %s, %s, %s, %s, %s, %s)",
            [coupon_id, device, texts.CURRENT, said, language, source, now],
        )
        return bool(cursor.fetchone()[0])


def opt_in(
    *, merchant_id: uuid.UUID, customer_id: uuid.UUID, text_version: str, language: str, source: str, now: dt.datetime,
    actor: Actor,
) -> OptIn:  # fmt: skip
    """Note that a customer agreed to a version of the text. Runs at level site. Raises KeyError, NotAllowed."""
    if actor.kind in {"merchant", "staff"}:
        raise NotAllowed(_("Only the customer can agree."))
    merchant = Merchant.objects.get(id=merchant_id)
    said = offer(merchant=merchant, sender=sender_of(current_site()), language=language, version=text_version)
    with transaction.atomic():
        found, _made = OptIn.objects.update_or_create(
            merchant_id=merchant_id, customer_id=customer_id,
            defaults={"state": State.GIVEN, "text_version": text_version, "language": language, "source": source,
                      "at": now},
        )  # fmt: skip
        OptInEvent.objects.create(
            merchant_id=merchant_id, customer_id=customer_id, state=State.GIVEN, text_version=text_version,
            language=language, wording=said, source=source, at=now, actor_label=actor.label[:120],
        )  # fmt: skip
    return found


def withdraw(
    *, merchant_id: uuid.UUID, customer_id: uuid.UUID, source: str, now: dt.datetime, actor: Actor, reason: str = ""
) -> OptIn:
    """Take back what a customer agreed to. Runs at level site. Raises NothingToWithdraw."""
    with transaction.atomic():
        changed = OptIn.objects.filter(merchant_id=merchant_id, customer_id=customer_id, state=State.GIVEN).update(
            state=State.WITHDRAWN, source=source, at=now
        )
        if not changed:
            raise NothingToWithdraw(_("This customer has not agreed to messages, or has withdrawn already."))
        OptInEvent.objects.create(
            merchant_id=merchant_id, customer_id=customer_id, state=State.WITHDRAWN, source=source, at=now,
            actor_label=actor.label[:120], reason=reason[:300],
        )  # fmt: skip
        found = OptIn.objects.get(merchant_id=merchant_id, customer_id=customer_id)
        outbox.emit(WITHDRAWN, site_id=current_site().id, now=now, optin_id=str(found.id))
    return found


def withdraw_by_staff(*, optin_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> None:
    """A merchant's staff take a customer's consent back, on the customer's word. Runs at level merchant.

    The row is looked up behind the merchant's own wall, so it is its own. Raises NotFound, NothingToWithdraw.
    """
    found = register.get_optin(optin_id)
    with wall(current_site(), "site"), transaction.atomic():
        row = withdraw(
            merchant_id=found.merchant_id, customer_id=found.customer_id, source=Source.STAFF, now=now, actor=actor,
            reason=reason,
        )  # fmt: skip
        audit.record("consent.withdraw", row, actor=actor, now=now, reason=reason)


def opt_in_own(
    *, customer_id: uuid.UUID, merchant_id: uuid.UUID, device_token: str, language: str, now: dt.datetime
) -> None:
    """Agree on the own page. Raises NotAllowed. Runs at level visitor."""
    _must_be_proved(customer_id, device_token)
    with wall(current_site(), "site"):
        opt_in(
            merchant_id=merchant_id, customer_id=customer_id, text_version=texts.CURRENT, language=language,
            source=Source.CUSTOMER, now=now, actor=BY_CUSTOMER,
        )  # fmt: skip


def withdraw_own(*, customer_id: uuid.UUID, merchant_id: uuid.UUID, device_token: str, now: dt.datetime) -> None:
    """Withdraw on the own page. Raises NotAllowed, NothingToWithdraw. Runs at level visitor."""
    _must_be_proved(customer_id, device_token)
    with wall(current_site(), "site"):
        withdraw(merchant_id=merchant_id, customer_id=customer_id, source=Source.CUSTOMER, now=now, actor=BY_CUSTOMER)


def stop_own(*, customer_id: uuid.UUID, device_token: str, now: dt.datetime) -> None:
    """Stop every store of the site, on the own page. Raises NotAllowed. Runs at level visitor."""
    phone = customers.get_person(customer_id=customer_id, device_token=device_token).phone
    with wall(current_site(), "site"):
        opt_out_number(phone=phone, source=StopSource.CUSTOMER, now=now)


def resume_own(*, customer_id: uuid.UUID, device_token: str, now: dt.datetime) -> None:
    """Allow messages again, on the own page. Raises NotAllowed, OnlyInWhatsApp. Runs at level visitor."""
    phone = customers.get_person(customer_id=customer_id, device_token=device_token).phone
    with wall(current_site(), "site"):
        resume_number(phone=phone, source=StopSource.CUSTOMER, now=now)
        if register.is_stopped(_index(phone)):
            raise OnlyInWhatsApp(
                _("You stopped these messages in WhatsApp itself. Only there can you allow them again.")
            )


def opt_out_number(*, source: str, now: dt.datetime, phone: str = "", index: bytes | None = None) -> bool:
    """Stop a number for every merchant of the site; False: this source had stopped it. Runs at level site.

    The number is `phone` (E.164), or its keyed `index` (field `phone`) where somebody hides the number itself. `now` is
    when it was said.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STOP, [uuid7(), _which(phone, index), source, now, now])
        suppression_id, is_new = cursor.fetchone()
        if is_new:
            outbox.emit(STOPPED, site_id=current_site().id, now=now, suppression_id=str(suppression_id))
    return bool(is_new)


def resume_number(*, source: str, now: dt.datetime, phone: str = "", index: bytes | None = None) -> int:
    """Lift the stops of a number that this source may lift; how many. Runs at level site. `phone` or `index`: as above.

    `now` is when it was said: what was stopped, or stopped again, after that stays, for messages arrive late. What
    Meta's switch stopped only that switch resumes, and it resumes nothing else.
    """
    found = register.stops().filter(phone_index=_which(phone, index), said_at__lte=now)
    mine = found.filter(source=source) if source == StopSource.META else found.exclude(source=StopSource.META)
    return mine.update(resumed_at=now, resumed_by=source)


def _which(phone: str, index: bytes | None) -> bytes:
    """The keyed index of a number that is given in one of two ways. Raises ValueError where it is in neither."""
    if index is not None:
        return index
    if not phone:
        raise ValueError("a stop needs a number or its index")
    return _index(phone)


def _index(phone: str) -> bytes:
    return crypto.keyed_index(phone, site_id=current_site().id, field="phone")


def _must_be_proved(customer_id: uuid.UUID, device_token: str) -> None:
    if customer_id not in claims.proved_customers(device_token):
        raise NotAllowed(_("This browser has not proved this phone number."))
