"""What the price book refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, NotFound


class NoSuchOffer(NotFound):
    """The item is not sold here now: switched off, without a price in this currency, or unknown."""

    code = "no_such_offer"

    def __init__(self) -> None:
        super().__init__(_("This is not sold here at the moment."))


class UnknownItem(NotFound):
    """There is no such item in the price book."""

    code = "unknown_item"

    def __init__(self) -> None:
        super().__init__(_("There is no such item in the price book."))


class CodeTaken(Conflict):
    """Another item has this code."""

    code = "code_taken"

    def __init__(self) -> None:
        super().__init__(_("Another item has this code. Choose a different one."), field="code")


class MalformedItem(DomainError):
    """The item's kind and what it carries do not go together."""

    code = "malformed_item"


class MalformedPrice(DomainError):
    """A price that cannot be: negative, more profit than price, in the past, or of an unknown currency."""

    code = "malformed_price"


class CostAbovePrice(DomainError):
    """The platform's cost is above the retail price: the agent loses on each sale. `confirm=True` means it."""

    code = "cost_above_price"

    def __init__(self, *, cost: int, retail: int, currency: str) -> None:
        super().__init__(
            _("The cost is above the price: the agent loses money on each sale. Confirm that you mean it."),
            field="confirm", cost=cost, retail=retail, currency=currency,
        )  # fmt: skip


class CostNotShown(DomainError):
    """Only the site and the platform see what an item costs the agent."""

    code = "cost_not_shown"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("What this costs the seller is not shown here."))
