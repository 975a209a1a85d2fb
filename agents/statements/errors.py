"""What can go wrong with a statement."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError, NotFound


class NoSuchStatement(NotFound):
    """There is none of this id behind this wall."""

    code = "no_such_statement"

    def __init__(self) -> None:
        super().__init__(_("There is no such statement."))


class DoesNotTie(DomainError):
    """The figures differ from the ledger; nothing was published. The data says where."""

    code = "does_not_tie"

    def __init__(self, **where: str) -> None:
        super().__init__(_("The figures do not tie to the ledger. Nothing was published."), **where)


class Damaged(DomainError):
    """The stored file is not the one that was made."""

    code = "statement_damaged"
    status = 500

    def __init__(self) -> None:
        super().__init__(_("The stored file differs from the one that was made, so it is not handed out. Tell us."))


class NotPossibleNow(DomainError):
    """Only failed statements are made again, and only the latest ready one is corrected."""

    code = "statement_state"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("That cannot be done with this statement now. Look at its state."))
