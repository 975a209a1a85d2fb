"""Payments at Stripe: hosted checkout, reading back what happened, refunds.

The functions use the keys of the site whose wall is open (the main site: the platform's); `platform()` is the same with
the platform's keys. Each raises NotConnected, GatewayRefused or GatewayUnavailable, and RuntimeError in a transaction.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import stripe

from agents.payments import client
from agents.payments.errors import GatewayRefused, GatewayUnavailable, NotConnected
from agents.payments.queries import keys
from kernel.ids import uuid_or_none
from tenants.queries import sites
from tenants.walls import current_site

__all__ = [
    "Gateway", "GatewayRefused", "GatewayUnavailable", "Line", "NotConnected", "Payment", "Refund", "Session",
    "checkout", "expire", "is_connected", "mode", "own", "platform", "read", "read_payment", "refund",
]  # fmt: skip
LANGUAGES = {"en": "en", "ms": "ms"}  # Stripe's page speaks no Arabic; `auto` follows the payer's browser


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill; `unit_amount` in minor units."""

    name: str
    quantity: int
    unit_amount: int


@dataclass(frozen=True, slots=True)
class Session:
    """A checkout as Stripe knows it. `status` open, complete, expired; `payment_status` unpaid, paid,
    no_payment_required. `amount` in minor units; `url` only while it is open. `reference`, `kind` and `site` are what
    it was started with, None and '' for a payment that is none of ours."""

    id: str
    url: str
    expires_at: dt.datetime
    status: str
    payment_status: str
    amount: int
    currency: str
    payment_intent: str
    reference: uuid.UUID | None
    kind: str
    site: uuid.UUID | None
    livemode: bool

    @property
    def is_paid(self) -> bool:
        return self.status == "complete" and self.payment_status in {"paid", "no_payment_required"}


@dataclass(frozen=True, slots=True)
class Refund:
    """`status`: succeeded, pending, failed, canceled, requires_action. `amount` in minor units."""

    id: str
    status: str
    amount: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, and what became of it. `dispute_status` is '' without a dispute; won and lost are final."""

    id: str
    status: str
    amount: int
    amount_refunded: int
    currency: str
    disputed: bool
    dispute_status: str
    reference: uuid.UUID | None
    kind: str
    site: uuid.UUID | None


class Gateway:
    """Stripe under the keys of one schema."""

    def __init__(self, home: Any) -> None:
        self._home = home

    def is_connected(self) -> bool:
        return keys.settings_of(self._home) is not None

    def mode(self) -> str:
        """`test`, `live`, or '' without keys."""
        found = keys.settings_of(self._home)
        return found.mode if found else ""

    def checkout(
        self,
        *,
        reference: uuid.UUID,
        kind: str,
        amount: int,
        currency: str,
        lines: Sequence[Line],
        success_url: str,
        cancel_url: str,
        email: str = "",
        language: str = "en",
        attempt: int = 1,
    ) -> Session:
        """A page where `reference` can be paid. The same reference and attempt give the same page for a day; after an
        expired session use the next attempt. `success_url` may hold `{CHECKOUT_SESSION_ID}`."""
        if sum(line.quantity * line.unit_amount for line in lines) != amount:
            raise ValueError("the lines do not add up to the amount")
        mark = {"kind": kind, "reference": str(reference), "site": str(current_site().id)}
        params: dict[str, Any] = {
            "mode": "payment", "client_reference_id": str(reference), "metadata": mark,
            "payment_intent_data": {"metadata": mark}, "success_url": success_url, "cancel_url": cancel_url,
            "locale": LANGUAGES.get(language, "auto"), "line_items": [_item(line, currency) for line in lines],
            "adaptive_pricing": {"enabled": False},
        }  # fmt: skip
        if email:
            params["customer_email"] = email
        options: Any = {"idempotency_key": f"checkout:{kind}:{reference}:{attempt}"}
        stripe_client = self._client()
        with client.translated():
            return _session(stripe_client.v1.checkout.sessions.create(params=params, options=options))  # type: ignore[arg-type]

    def read(self, session_id: str) -> Session:
        """What became of a checkout."""
        stripe_client = self._client()
        with client.translated():
            return _session(stripe_client.v1.checkout.sessions.retrieve(session_id))

    def expire(self, session_id: str) -> Session:
        """End a page that was not paid on; GatewayRefused when it is no longer open."""
        stripe_client = self._client()
        with client.translated():
            return _session(stripe_client.v1.checkout.sessions.expire(session_id))

    def refund(self, *, payment_intent: str, amount: int, key: str | uuid.UUID) -> Refund:
        """Give `amount` (minor units) back. The same `key` gives back once, however often it is asked."""
        params: Any = {"payment_intent": payment_intent, "amount": amount}
        options: Any = {"idempotency_key": f"refund:{key}"}
        stripe_client = self._client()
        with client.translated():
            made = stripe_client.v1.refunds.create(params=params, options=options)
        return Refund(made.id, made.status or "", made.amount)

    def read_payment(self, payment_intent: str) -> Payment:
        """What became of money that came in."""
        stripe_client = self._client()
        with client.translated():
            found = stripe_client.v1.payment_intents.retrieve(payment_intent, params={"expand": ["latest_charge"]})
            charge = found.latest_charge if isinstance(found.latest_charge, stripe.Charge) else None
            disputes: list[stripe.Dispute] = []
            if charge and charge.disputed:
                listed = stripe_client.v1.disputes.list(params={"payment_intent": payment_intent, "limit": 1})
                disputes = list(listed.data)
        mark = _mark(found.metadata)
        return Payment(
            id=found.id, status=found.status, amount=found.amount, currency=found.currency.upper(),
            amount_refunded=charge.amount_refunded if charge else 0, disputed=bool(charge and charge.disputed),
            dispute_status=disputes[0].status if disputes else "", **mark,
        )  # fmt: skip

    def _client(self) -> stripe.StripeClient:
        found = keys.keys_of(self._home)
        if found is None:
            raise NotConnected
        return client.client(found.secret)


def own() -> Gateway:
    """Under the keys that the open site uses."""
    return Gateway(keys.own_or_platforms())


def platform() -> Gateway:
    """Under the platform's keys: what an agent pays to the platform."""
    return Gateway(sites.console())


def is_connected() -> bool:
    return own().is_connected()


def mode() -> str:
    """`test`, `live`, or '' without keys."""
    return own().mode()


def checkout(
    *,
    reference: uuid.UUID,
    kind: str,
    amount: int,
    currency: str,
    lines: Sequence[Line],
    success_url: str,
    cancel_url: str,
    email: str = "",
    language: str = "en",
    attempt: int = 1,
) -> Session:
    """See Gateway.checkout."""
    return own().checkout(
        reference=reference, kind=kind, amount=amount, currency=currency, lines=lines, success_url=success_url,
        cancel_url=cancel_url, email=email, language=language, attempt=attempt,
    )  # fmt: skip


def read(session_id: str) -> Session:
    """See Gateway.read."""
    return own().read(session_id)


def expire(session_id: str) -> Session:
    """See Gateway.expire."""
    return own().expire(session_id)


def refund(*, payment_intent: str, amount: int, key: str | uuid.UUID) -> Refund:
    """See Gateway.refund."""
    return own().refund(payment_intent=payment_intent, amount=amount, key=key)


def read_payment(payment_intent: str) -> Payment:
    """See Gateway.read_payment."""
    return own().read_payment(payment_intent)


def _item(line: Line, currency: str) -> dict[str, Any]:
    price = {"currency": currency.lower(), "unit_amount": line.unit_amount, "product_data": {"name": line.name}}
    return {"quantity": line.quantity, "price_data": price}


def _mark(metadata: Any) -> dict[str, Any]:
    """Whose payment it is, as we wrote it when it was started."""
    found = metadata.to_dict() if metadata else {}
    return {
        "reference": uuid_or_none(found.get("reference")),
        "kind": str(found.get("kind", "")),
        "site": uuid_or_none(found.get("site")),
    }


def _session(found: stripe.checkout.Session) -> Session:
    intent = found.payment_intent
    return Session(
        id=found.id,
        url=found.url or "",
        expires_at=dt.datetime.fromtimestamp(found.expires_at, dt.UTC),
        status=found.status or "",
        payment_status=found.payment_status,
        amount=found.amount_total or 0,
        currency=(found.currency or "").upper(),
        payment_intent=(intent if isinstance(intent, str) else intent.id) if intent else "",
        livemode=found.livemode,
        **_mark(found.metadata),
    )
