"""Why a code does not count."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


class WrongCode(DomainError):
    """The digits are not those that were sent; `left` more may be tried."""

    code = "wrong_code"

    def __init__(self, left: int) -> None:
        super().__init__(_("This is not the code. Look at the newest message and type its six digits."), left=left)
        self.left = left


class CodeOver(DomainError):
    """No code was asked for in this browser, it is too old, or it was guessed at too often."""

    code = "code_over"

    def __init__(self) -> None:
        super().__init__(_("This code no longer counts. Ask for a new one."))
