"""What this wing refuses."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, DomainError, NotFound


class NoSuchPurchase(NotFound):
    code = "no_such_purchase"

    def __init__(self) -> None:
        super().__init__(_("There is no such purchase."))


class NotForYou(DomainError):
    """The item is not sold to a merchant of this plan and state."""

    code = "not_for_you"

    def __init__(self, message: Any = "") -> None:
        super().__init__(message or _("This cannot be bought with your plan. Choose one of the offers shown."))


class WrongState(Conflict):
    code = "wrong_state"

    def __init__(self, message: Any, *, state: str) -> None:
        super().__init__(message, state=state)


class PriceChanged(Conflict):
    """An order that ran out is not started again at a price that no longer holds."""

    code = "price_changed"

    def __init__(self) -> None:
        super().__init__(_("The price has changed since. Choose the offer again."))


class PaidMeanwhile(Conflict):
    """Cancelling came too late: the payment was there already."""

    code = "paid_meanwhile"

    def __init__(self) -> None:
        super().__init__(_("It was paid meanwhile, so it cannot be cancelled. Ask for a refund instead."))
