"""The only place in Python that locks rows of this wing. A spin locks in SQL: customer, wheel, coupon."""

from __future__ import annotations

import uuid

from storefront.wheel.models import Wheel


def wheel(merchant_id: uuid.UUID) -> Wheel | None:
    """The merchant's wheel, locked against spins and other editors; None where there is none yet."""
    return Wheel.objects.select_for_update(no_key=True).filter(merchant_id=merchant_id).first()
