"""Saving a site's Stripe keys: looked at, tried at Stripe, sealed, and never shown again."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

import stripe
import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, must, system
from accounts.services import audit
from agents.payments import client
from agents.payments.errors import GatewayRefused, GatewayUnavailable, NotConnected
from agents.payments.models import PaymentSettings
from agents.payments.queries import keys
from agents.payments.services import inbox
from kernel import crypto
from kernel.errors import DomainError
from tenants.queries import sites
from tenants.walls import current_site

log = structlog.get_logger("couponry.payments")
PATH = "/payments/webhook/"
SECRET = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_-]{2,240}")
PUBLISHABLE = re.compile(r"pk_(test|live)_[A-Za-z0-9_-]{2,240}")
SIGNING = re.compile(r"whsec_[A-Za-z0-9_+/=-]{2,240}")

NO_GOOD = {
    "bad_key": _("Stripe does not accept this key. Copy it again from Stripe's dashboard."),
    "key_lacks_right": _("This restricted key may not start checkouts. Give it more rights, or use a secret key."),
}


class BadKey(DomainError):
    """A key that is none, or does not fit the others. `field` says which."""

    code = "bad_payment_key"


class UsesPlatforms(DomainError):
    """The main site sells under the platform's keys."""

    code = "uses_platforms_keys"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This site uses the platform's keys. They are kept on the console."))


@dataclass(frozen=True, slots=True)
class Account:
    """What Stripe says of a key's account."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """How events reach us: by an endpoint of ours or one made by hand; where there is none, `problem` says why."""

    secret: str = field(default="", repr=False)
    endpoint_id: str = ""
    problem: str = ""


def save(
    *, secret_key: str, publishable_key: str = "", webhook_secret: str = "", actor: Actor, now: dt.datetime
) -> PaymentSettings:
    """Try the keys at Stripe and keep them. Without a webhook secret we make the endpoint ourselves.

    Raises NotAllowed, UsesPlatforms, BadKey for keys that are malformed, of two modes, or refused, GatewayUnavailable.
    """
    must(actor, "payments.manage")
    if keys.uses_platforms():
        raise UsesPlatforms
    mode = _mode_of(secret_key, publishable_key, webhook_secret)
    account = _tried(secret_key, mode)
    before = PaymentSettings.objects.first()
    if before:
        _drop_endpoint(before)
    webhook = Webhook(secret=webhook_secret) if webhook_secret else _made_endpoint(secret_key)
    site_id = current_site().id
    values: dict[str, Any] = {
        "publishable_key": publishable_key, "mode": mode, "secret_last4": secret_key[-4:],
        "secret_sealed": crypto.seal(secret_key, site_id=site_id, field=keys.SECRET),
        "account_id": account.id[:255], "account_name": account.name[:255], "checked_at": now, "saved_at": now,
        **_webhook_values(webhook),
    }  # fmt: skip
    with transaction.atomic():
        saved, _new = PaymentSettings.objects.update_or_create(only=True, defaults=values)
        audit.record("payments.saved", saved, actor=actor, now=now, before=_told(before), after=_told(saved))
    return saved


def check(*, actor: Actor, now: dt.datetime) -> PaymentSettings:
    """Try the saved keys again, and mend the endpoint where it is gone or leads to an old address.

    Raises NotAllowed, NotConnected, BadKey, GatewayUnavailable.
    """
    must(actor, "payments.manage")
    found = keys.keys_of(current_site())
    saved = PaymentSettings.objects.first()
    if found is None or saved is None:
        raise NotConnected
    account = _tried(found.secret, found.mode)
    values: dict[str, Any] = {"account_id": account.id[:255], "account_name": account.name[:255], "checked_at": now}
    return _noted(saved, values | _mended(saved, found.secret), actor, now)


def keep_endpoint(*, now: dt.datetime) -> bool:
    """Mend the open schema's endpoint, as a new main domain may have left it behind. True where something was done.

    Raises GatewayUnavailable.
    """
    found, saved = keys.keys_of(current_site()), PaymentSettings.objects.first()
    values = _mended(saved, found.secret) if found and saved else {}
    if not saved or not (values.get("endpoint_id") or (values and saved.endpoint_id)):
        return False  # all is well, or there was none and there still is none
    _noted(saved, values, system("Stripe"), now)
    return True


def remove(*, actor: Actor, now: dt.datetime) -> None:
    """Forget the keys and take our endpoint away. Payments under way can then only be looked at in Stripe itself.

    Raises NotAllowed, NotConnected.
    """
    must(actor, "payments.manage")
    saved = PaymentSettings.objects.first()
    if saved is None:
        raise NotConnected
    _drop_endpoint(saved)
    with transaction.atomic():
        audit.record("payments.removed", saved, actor=actor, now=now, before=_told(saved))
        saved.delete()


def webhook_url() -> str:
    """The address that Stripe calls for the open schema."""
    return sites.base_url(current_site()) + PATH


def _mode_of(secret_key: str, publishable_key: str, webhook_secret: str) -> str:
    """The mode that all given keys agree on. Raises BadKey."""
    secret = SECRET.fullmatch(secret_key)
    if not secret:
        raise BadKey(_("A secret key begins with sk_test_, sk_live_, rk_test_ or rk_live_."), field="secret_key")
    publishable = PUBLISHABLE.fullmatch(publishable_key) if publishable_key else None
    if publishable_key and not publishable:
        raise BadKey(_("A publishable key begins with pk_test_ or pk_live_."), field="publishable_key")
    if publishable and publishable[1] != secret[2]:
        raise BadKey(_("One key is for testing and the other is live. Take both from the same mode."),
                     field="publishable_key")  # fmt: skip
    if webhook_secret and not SIGNING.fullmatch(webhook_secret):
        raise BadKey(_("A webhook secret begins with whsec_."), field="webhook_secret")
    return str(secret[2])


def _tried(secret_key: str, mode: str) -> Account:
    """The account behind a key, after Stripe took it and it may start checkouts. Raises BadKey, GatewayUnavailable."""
    found = client.client(secret_key)
    try:
        with client.translated():
            live = _livemode(found)
            if secret_key.startswith("rk_"):
                _may_start(found)
    except GatewayRefused as error:
        raise BadKey(NO_GOOD.get(error.code, error.message), field="secret_key", reason=error.code) from None
    if live is not None and live != (mode == PaymentSettings.Mode.LIVE):
        raise BadKey(_("Stripe says this key belongs to the other mode."), field="secret_key")
    try:
        with client.translated():
            account = found.v1.accounts.retrieve_current()
    except GatewayRefused:  # a restricted key may not see its account: that costs us the name only
        return Account("", "")
    profile = account.business_profile
    return Account(account.id, (profile.name if profile else "") or "")


def _livemode(found: stripe.StripeClient) -> bool | None:
    """The mode as Stripe sees it; None for a restricted key that may not look at the balance."""
    try:
        return found.v1.balance.retrieve().livemode
    except stripe.PermissionError:
        return None


def _may_start(found: stripe.StripeClient) -> None:
    """Raises stripe.PermissionError when a restricted key may not make checkouts.

    Rights are looked at before parameters: an empty order is refused for what it lacks, and nothing is made.
    """
    found.v1.checkout.sessions.list(params={"limit": 1})
    try:
        found.v1.checkout.sessions.create(params={"mode": "payment"})
    except stripe.InvalidRequestError:
        return


def _made_endpoint(secret_key: str) -> Webhook:
    """An endpoint of our own at the account of this key; where Stripe refuses, why."""
    found, address = client.client(secret_key), webhook_url()
    mark = {"site": str(current_site().id)}
    params: Any = {"url": address, "enabled_events": inbox.TYPES, "metadata": mark, "api_version": stripe.api_version}
    try:
        with client.translated():
            for old in found.v1.webhook_endpoints.list(params={"limit": 100}).data:
                if old.url == address and old.metadata and old.metadata.to_dict().get("site") == mark["site"]:
                    found.v1.webhook_endpoints.delete(old.id)  # of ours, from before: its secret is not known any more
            made = found.v1.webhook_endpoints.create(params=params)
    except GatewayRefused as error:
        return Webhook(problem=error.code)
    except GatewayUnavailable:
        return Webhook(problem="unavailable")
    return Webhook(secret=str(made.secret or ""), endpoint_id=made.id)


def _mended(saved: PaymentSettings, secret_key: str) -> dict[str, Any]:
    """A new endpoint in place of one that is gone or leads elsewhere; nothing for one that is well or made by hand."""
    made_by_hand = bool(saved.webhook_secret_sealed) and not saved.endpoint_id
    if made_by_hand or _endpoint_is_well(saved, secret_key):
        return {}
    _drop_endpoint(saved)
    return _webhook_values(_made_endpoint(secret_key))


def _noted(saved: PaymentSettings, values: dict[str, Any], actor: Actor, now: dt.datetime) -> PaymentSettings:
    before = _told(saved)
    with transaction.atomic():
        PaymentSettings.objects.filter(id=saved.id).update(**values)
        saved.refresh_from_db()
        audit.record("payments.checked", saved, actor=actor, now=now, before=before, after=_told(saved))
    return saved


def _endpoint_is_well(saved: PaymentSettings, secret_key: str) -> bool:
    if not saved.endpoint_id or not saved.webhook_secret_sealed:
        return False
    try:
        with client.translated():
            found = client.client(secret_key).v1.webhook_endpoints.retrieve(saved.endpoint_id)
    except GatewayRefused as error:
        return error.code != "not_found"  # a key that may not look says nothing against the endpoint
    return found.url == webhook_url() and found.status == "enabled"


def _drop_endpoint(saved: PaymentSettings) -> None:
    """Take our own endpoint away, as far as its key still lets us."""
    if not saved.endpoint_id:
        return
    try:
        found = keys.keys_of(current_site())
        assert found is not None
        with client.translated():
            client.client(found.secret).v1.webhook_endpoints.delete(saved.endpoint_id)
    except (GatewayRefused, GatewayUnavailable, crypto.CannotOpen) as error:
        log.warning("old webhook endpoint stays at Stripe", reason=type(error).__name__)


def _webhook_values(webhook: Webhook) -> dict[str, Any]:
    sealed = webhook.secret and crypto.seal(webhook.secret, site_id=current_site().id, field=keys.WEBHOOK_SECRET)
    return {
        "webhook_secret_sealed": sealed,
        "endpoint_id": webhook.endpoint_id,
        "webhook_problem": webhook.problem[:40],
    }


def _told(saved: PaymentSettings | None) -> dict[str, Any]:
    """What the audit trail may know of the keys."""
    if saved is None:
        return {}
    endpoint = "ours" if saved.endpoint_id else "by hand" if saved.webhook_secret_sealed else "none"
    return {"mode": saved.mode, "secret": f"…{saved.secret_last4}", "account": saved.account_id, "webhook": endpoint}
