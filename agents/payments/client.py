"""A client of Stripe for one key, and Stripe's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import stripe
import structlog
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from agents.payments.errors import GatewayRefused, GatewayUnavailable

log = structlog.get_logger("couponry.payments")
stripe.enable_telemetry = False
CONNECT_SECONDS = 5.0

REFUSALS = {
    "bad_key": _("Stripe no longer accepts the key of this site. A Super Admin has to save a new one."),
    "key_lacks_right": _("The Stripe key of this site lacks a right. A Super Admin has to save another one."),
    "not_found": _("Stripe knows nothing of this payment under the saved key."),
    "idempotency": _("This payment was started with other figures. Start it again."),
    "refused": _("Stripe refused this. Nothing was charged."),
}


@lru_cache(maxsize=4)
def _http(seconds: float) -> stripe.RequestsClient:
    """One pool of connections for all keys; the key travels with each request."""
    return stripe.RequestsClient(timeout=(min(CONNECT_SECONDS, seconds), seconds))


def client(secret: str) -> stripe.StripeClient:
    """Stripe, as the owner of `secret`. Never the module's global key: many accounts live in one process."""
    return stripe.StripeClient(
        secret,
        base_addresses={"api": settings.STRIPE_API_BASE},
        http_client=_http(settings.STRIPE_TIMEOUT),
        max_network_retries=settings.STRIPE_RETRIES,
    )


def must_be_outside() -> None:
    """Raises RuntimeError inside a transaction: a slow answer would hold its locks."""
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("Stripe is never asked inside a database transaction")


def refused(code: str, **data: Any) -> GatewayRefused:
    return GatewayRefused(REFUSALS.get(code, REFUSALS["refused"]), code=code, **data)


@contextmanager
def translated() -> Iterator[None]:
    """Raises GatewayRefused and GatewayUnavailable for what Stripe's library raises, and logs codes only."""
    must_be_outside()
    try:
        yield
    except stripe.StripeError as error:
        code = _code(error)
        log.warning("stripe said no", code=code or "unavailable", http=error.http_status, request_id=error.request_id)
        # Not chained: what Stripe's messages quote (keys, addresses) stays out of logs.
        raise (refused(code, stripe_code=error.code or "") if code else GatewayUnavailable()) from None


def _code(error: stripe.StripeError) -> str:
    """Our code for a refusal; empty where the outcome is unknown."""
    kinds: list[tuple[type[stripe.StripeError], str]] = [
        (stripe.AuthenticationError, "bad_key"),
        (stripe.PermissionError, "key_lacks_right"),
        (stripe.IdempotencyError, "idempotency"),
        (stripe.RateLimitError, ""),
        (stripe.CardError, "refused"),
    ]
    for kind, code in kinds:
        if isinstance(error, kind):
            return code
    if isinstance(error, stripe.InvalidRequestError):
        return "not_found" if error.http_status == 404 else "refused"
    return ""
