"""What can go wrong between us and Stripe. None of the messages carries anything that Stripe said about a key."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


class NotConnected(DomainError):
    """No Stripe keys are saved for this site."""

    code = "payments_not_connected"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Online payment is not set up on this site yet."))


class GatewayRefused(DomainError):
    """Stripe said no, and nothing happened. `code` says why; trying the same again gives the same answer."""

    code = "payment_refused"
    status = 502


class GatewayUnavailable(DomainError):
    """No clear answer: it may or may not have happened. Ask again under the same key, or read before repeating."""

    code = "payment_unavailable"
    status = 503
    retryable = True

    def __init__(self) -> None:
        super().__init__(_("Stripe does not answer right now. Nothing is lost: try again in a minute."))
