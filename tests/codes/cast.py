"""Whose phone is proved, and the shortest ways to ask for a code and to give it back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from kernel import crypto
from messaging.codes.models import PhoneCode
from messaging.codes.services import codes
from messaging.models import Message
from tests import factories
from tests.factories import NOW

PHONE, OTHER = "+966512345678", "+966598765432"
HOUR = dt.timedelta(hours=1)


def ask(
    phone: str = PHONE, *, device: str = "browser-1", network: str = "10.0.0.0/24", now: dt.datetime = NOW,
    merchant_id: uuid.UUID | None = None, digits: str = "123456",
) -> None:  # fmt: skip
    codes.ask(
        phone=phone, device_token=device, network=network, merchant_id=merchant_id, now=now, digits=lambda: digits
    )


def prove(digits: str = "123456", *, device: str = "browser-1", now: dt.datetime = NOW) -> Any:
    return codes.prove(digits=digits, device_token=device, now=now)


def make_code(site: Any, now: dt.datetime) -> PhoneCode:
    """One that a customer asked for on a site-wide page."""
    return PhoneCode.objects.create(
        customer=factories.make_customer(), device_hash=uuid.uuid4().hex, created_at=now, expires_at=now + HOUR,
        digits_hash=b"x", secret_sealed=crypto.seal("123456", site_id=site.id, field="phone_code"),
    )  # fmt: skip


def kept() -> list[tuple[Any, ...]]:
    """State, reason and merchant of every message in the log."""
    return list(Message.objects.order_by("id").values_list("state", "error", "merchant_id"))
