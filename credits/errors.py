"""What the ledger refuses."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, NotFound


class InsufficientCredits(DomainError):
    """The wallet (or escrow) holds `available`, and `needed` were asked for. Nothing was moved."""

    code = "insufficient_credits"
    status = 402

    def __init__(self, *, needed: int, available: int, unit: str) -> None:
        message = _("Not enough credits: %(needed)s needed, %(available)s left.")
        super().__init__(
            message % {"needed": needed, "available": available}, needed=needed, available=available, unit=unit
        )
        self.needed, self.available, self.unit = needed, available, unit


class IdempotencyConflict(Conflict):
    """The key was used for a transfer of other content."""

    code = "idempotency_conflict"

    def __init__(self, *, key: uuid.UUID) -> None:
        super().__init__(_("This request was already used for something else."), key=str(key))


class UnknownAccount(NotFound):
    """There is no such wallet or escrow here, or it is somebody else's."""

    code = "unknown_account"

    def __init__(self) -> None:
        super().__init__(_("There is no such wallet."))


class MalformedTransfer(DomainError):
    """The legs do not add up, mix merchants, or an action or reason is missing."""

    code = "malformed_transfer"

    def __init__(self, *, detail: str) -> None:
        super().__init__(_("Credits cannot be moved like this."), detail=detail)


class EscrowMismatch(DomainError):
    """What a batch gives back and uses up is not what its escrow holds. Nothing was moved."""

    code = "escrow_mismatch"
    status = 409

    def __init__(self, *, batch_id: uuid.UUID, left: int) -> None:
        super().__init__(
            _("The credits of this batch do not add up. Nothing was moved."), batch_id=str(batch_id), left=left
        )
