"""Refusals of this room that several services raise."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, DomainError, NotFound


class MerchantNotActive(DomainError):
    code = "merchant_not_active"
    status = 403

    def __init__(self, state: str) -> None:
        super().__init__(_("Only an active merchant can do this. Your account is not active now."), state=state)


class BadPlan(DomainError):
    """`errors` maps a field of the plan to what is wrong with it and what to do."""

    code = "invalid"
    status = 422

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__(_("Some fields need another look."), errors=errors)
        self.errors = errors


class WrongState(Conflict):
    code = "wrong_state"

    def __init__(self, message: Any, *, state: str) -> None:
        super().__init__(message, state=state)


class NoSuchBatch(NotFound):
    code = "no_such_batch"

    def __init__(self) -> None:
        super().__init__(_("There is no such batch."))


class NoSuchCoupon(NotFound):
    code = "no_such_coupon"

    def __init__(self) -> None:
        super().__init__(_("There is no such coupon."))
