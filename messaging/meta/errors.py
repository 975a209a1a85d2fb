"""What can go wrong between us and Meta, in words a person can act on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, DomainError
from messaging.meta.choices import Verdict


class NotConnected(DomainError):
    """The platform has no account at Meta."""

    code = "whatsapp_not_connected"
    status = 409

    def __init__(self, message: Any = None) -> None:
        super().__init__(message or _("WhatsApp is not connected yet. A Super Admin of the platform connects it."))


class TokenDead(NotConnected):
    """There is an account, but Meta no longer takes its token."""

    code = "whatsapp_token_dead"

    def __init__(self) -> None:
        super().__init__(_("Meta no longer accepts the token. A Super Admin of the platform has to save a new one."))


class SenderConflict(Conflict):
    """The site or the number is taken already, or the sender changed meanwhile."""

    code = "sender_conflict"


class MetaRefused(DomainError):
    """Meta said no, and nothing happened. The sentence is Meta's own, with its number; `verdict`: what that means."""

    code = "meta_refused"
    status = 502

    def __init__(self, number: int | None, title: str, verdict: Verdict | None = None) -> None:
        self.number, self.verdict = number, verdict
        said = f"{title} ({number})" if number is not None else title
        super().__init__(_("Meta refused: %(said)s") % {"said": said or "–"}, meta_code=number)


class MetaSilent(DomainError):
    """No clear answer from Meta."""

    code = "meta_silent"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Meta does not answer right now. Try again in a minute."))
