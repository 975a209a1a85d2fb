"""A site's keys, and what its Stripe account told us."""

from agents.payments.models.event import PaymentEvent
from agents.payments.models.settings import PaymentSettings

__all__ = ["PaymentEvent", "PaymentSettings"]
