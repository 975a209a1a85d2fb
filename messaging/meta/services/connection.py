"""Connecting the platform's account: tried at Meta, sealed, never shown again; and telling Meta where its news goes."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import DomainError
from messaging.meta import locks
from messaging.meta.choices import AccountState, Verdict
from messaging.meta.errors import MetaRefused, MetaSilent, NotConnected
from messaging.meta.models import MetaAccount
from messaging.meta.services import account, senders
from messaging.meta.services.client import Refused, Unknown, Unreachable
from tenants.queries import sites

log = structlog.get_logger("couponry.whatsapp")
PATH = "/whatsapp/webhook/"
NUMBER = re.compile(r"\d{5,30}")
SECRET = re.compile(r"[\x21-\x7e]{8,1000}")


class BadDetail(DomainError):
    """Something that was typed is not what Meta gives, or Meta does not take it. `field` says which."""

    code = "bad_meta_detail"


def webhook_url() -> str:
    """The address that Meta calls."""
    return f"{sites.base_url(sites.console())}{PATH}"


def save(
    *, waba_id: str, app_id: str, token: str = "", app_secret: str = "", actor: Actor, now: dt.datetime
) -> MetaAccount:
    """Try the account at Meta and keep it; an empty token or secret stays as it is. Then Meta is told our address.

    Raises NotAllowed, BadDetail, MetaRefused, MetaSilent.
    """
    must(actor, "meta.manage")
    before = account.opened()
    token = token or (before.token if before else "")
    app_secret = app_secret or (before.app_secret if before else "")
    _check_shape(waba_id, app_id, token, app_secret)
    name = _tried(token, waba_id)
    verify_token = before.verify_token if before else secrets.token_urlsafe(24)
    values: dict[str, Any] = {
        "waba_id": waba_id, "app_id": app_id, "name": name[:160], "token_sealed": account.seal(token, account.TOKEN),
        "app_secret_sealed": account.seal(app_secret, account.APP_SECRET),
        "verify_token_sealed": account.seal(verify_token, account.VERIFY_TOKEN), "state": AccountState.OK,
        "saved_at": now, "checked_at": now,
    }  # fmt: skip
    with transaction.atomic():
        row, _new = MetaAccount.objects.update_or_create(only=True, defaults=values)
        audit.record("whatsapp.connected", row, actor=actor, now=now, after={"waba_id": waba_id, "app_id": app_id})
        senders.resume_permitted(now, actor=actor)
    subscribe(actor=actor, now=now)
    return row


def subscribe(*, actor: Actor, now: dt.datetime) -> bool:
    """Have Meta send its news to our address; it calls us at once. False, with the reason kept, where it would not.

    Raises NotAllowed, NotConnected.
    """
    must(actor, "meta.manage")
    found = account.opened()
    if found is None:
        raise NotConnected
    problem = ""
    try:
        account.client_for(found.token).subscribe(found.waba_id, webhook_url(), found.verify_token)
    except Refused as error:
        problem = f"{error.title} ({error.code}) {error.details}"[:200]
    except (Unreachable, Unknown):
        problem = str(MetaSilent())[:200]
    MetaAccount.objects.update(webhook_problem=problem)
    return not problem


def check(*, actor: Actor, now: dt.datetime) -> None:
    """Try the saved token; one that Meta takes again is no longer dead.

    Raises NotAllowed, NotConnected, MetaRefused, MetaSilent.
    """
    must(actor, "meta.manage")
    found = account.opened()
    if found is None:
        raise NotConnected
    with account.translated(now):
        account.client_for(found.token).account(found.waba_id)
    MetaAccount.objects.update(state=AccountState.OK, checked_at=now)


def remove(*, actor: Actor, now: dt.datetime) -> None:
    """Forget the account and its secrets: nothing is sent any more. Raises NotAllowed."""
    must(actor, "meta.manage")
    with transaction.atomic():
        row = locks.account()
        if row is not None:
            audit.record("whatsapp.removed", row, actor=actor, now=now, before={"waba_id": row.waba_id})
            row.delete()


def _check_shape(waba_id: str, app_id: str, token: str, app_secret: str) -> None:
    for field, value, shape, message in (
        ("waba_id", waba_id, NUMBER, _("The business account's id is a number.")),
        ("app_id", app_id, NUMBER, _("The app's id is a number.")),
        ("token", token, SECRET, _("Paste the access token as Meta shows it.")),
        ("app_secret", app_secret, SECRET, _("Paste the app secret as Meta shows it.")),
    ):
        if not shape.fullmatch(value):
            raise BadDetail(message, field=field)


def _tried(token: str, waba_id: str) -> str:
    """What Meta calls the account. A bad token here says nothing about the one that is saved."""
    try:
        return str(account.client_for(token).account(waba_id).get("name", ""))
    except Refused as error:
        log.warning("account refused", code=error.code, verdict=error.verdict)
        if error.verdict == Verdict.TOKEN_DEAD:
            raise BadDetail(_("Meta does not accept this token."), field="token") from None
        if error.code == 100:
            raise BadDetail(_("Meta knows no such account under this token."), field="waba_id") from None
        raise MetaRefused(error.code, error.title) from None
    except (Unreachable, Unknown):
        raise MetaSilent from None
