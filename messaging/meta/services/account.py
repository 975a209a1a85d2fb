"""The platform's account: opened for whoever sends, and marked when its token died."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import transaction

from accounts.actors import system
from accounts.services import audit
from kernel import crypto
from kernel.services import outbox
from messaging.meta import locks
from messaging.meta.choices import AccountState, Verdict
from messaging.meta.errors import MetaRefused, MetaSilent, NotConnected, TokenDead
from messaging.meta.models import MetaAccount
from messaging.meta.services.client import Client, Refused, Unknown, Unreachable
from tenants.queries import sites
from tenants.walls import wall
from tenants.walls.levels import MASTER_ID

log = structlog.get_logger("couponry.whatsapp")
TOKEN, APP_SECRET, VERIFY_TOKEN = "whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token"
HOME = uuid.UUID(MASTER_ID)
TOKEN_DIED = "whatsapp.token_died"  # noqa: S105
ACTOR = system("WhatsApp")


@dataclass(frozen=True, slots=True)
class Opened:
    """The account with its secrets. Its repr shows none."""

    waba_id: str
    app_id: str
    state: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)


def opened() -> Opened | None:
    """The account, whoever is asking: the wall is opened for this one row. Raises crypto.CannotOpen."""
    with wall(sites.console(), "master"):
        row = MetaAccount.objects.first()
    if row is None:
        return None
    return Opened(
        row.waba_id, row.app_id, row.state, _open(row.token_sealed, TOKEN), _open(row.app_secret_sealed, APP_SECRET),
        _open(row.verify_token_sealed, VERIFY_TOKEN),
    )  # fmt: skip


def client() -> Client:
    """A client with the platform's token. Raises NotConnected without an account, TokenDead when Meta refused it."""
    found = opened()
    if found is None:
        raise NotConnected
    if found.state == AccountState.TOKEN_DEAD:
        raise TokenDead
    return client_for(found.token)


def waba_id() -> str:
    """The id of the account. Raises NotConnected."""
    found = opened()
    if found is None:
        raise NotConnected
    return found.waba_id


def client_for(token: str) -> Client:
    """A client with this token, where the settings say Meta is."""
    return Client(settings.WHATSAPP_API_BASE, settings.WHATSAPP_API_VERSION, token, settings.WHATSAPP_TIMEOUT)


def token_died(now: dt.datetime, *, asked_at: dt.datetime | None = None) -> None:
    """Note that Meta refuses the token; nothing is sent until a new one is saved. The console is told once.

    `asked_at`: when it was asked with a token. One that was saved since is not the one that was refused.
    """
    with wall(sites.console(), "master"), transaction.atomic():
        row = locks.account()
        if row is None or row.state == AccountState.TOKEN_DEAD or (asked_at and row.saved_at > asked_at):
            return
        row.state, row.checked_at = AccountState.TOKEN_DEAD, now
        row.save(update_fields=["state", "checked_at"])
        audit.record("whatsapp.token_died", row, actor=ACTOR, now=now)
        outbox.emit(TOKEN_DIED, site_id=HOME, now=now)


@contextmanager
def translated(now: dt.datetime) -> Iterator[None]:
    """For a person who waits: raises MetaRefused and MetaSilent for what the client raises, and notes a dead token."""
    try:
        yield
    except Refused as error:
        log.warning("Meta said no", code=error.code, http=error.http_status, verdict=error.verdict)
        if error.verdict == Verdict.TOKEN_DEAD:
            token_died(now)
        raise MetaRefused(error.code, error.title, error.verdict) from None
    except (Unreachable, Unknown) as error:
        log.warning("Meta does not answer", kind=type(error).__name__)
        raise MetaSilent from None


def seal(value: str, name: str) -> str:
    """A secret of the account, as it is kept."""
    return crypto.seal(value, site_id=HOME, field=name)


def _open(value: str, name: str) -> str:
    return crypto.open_sealed(value, site_id=HOME, field=name)
