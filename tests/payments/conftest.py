"""Fixtures of payments. For other wings: `from tests.standins import stripe, stripe_process` gives the stand-in of Stripe,
and `from tests.payments.cast import connect` saves a key for the site whose wall is open.
`gateway.checkout` takes no `now`: the same attempt must send Stripe the same words whenever it is repeated.
"""

from __future__ import annotations

from tests.accounts.conftest import client_of, staff_of
from tests.standins import stripe, stripe_process

__all__ = ["client_of", "staff_of", "stripe", "stripe_process"]
