"""Whose keys are used, and what they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agents.payments.models import PaymentSettings
from kernel import crypto
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site, wall

SECRET, WEBHOOK_SECRET = "stripe_secret", "stripe_webhook_secret"  # names of the sealed fields


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one Stripe account, opened. Its repr shows none."""

    secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    mode: str
    account_id: str


def uses_platforms() -> bool:
    """Whether the open site sells under the platform's keys."""
    return bool(current_site().kind == Site.Kind.MAIN)


def settings_of(site: Any) -> PaymentSettings | None:
    """The saved settings of a schema, whoever is asking: the wall is opened for this one row."""
    with wall(site, "master" if site.type == "master" else "site"):
        return PaymentSettings.objects.first()


def keys_of(site: Any) -> Keys | None:
    """The opened keys of a schema. Raises crypto.CannotOpen when the environment's key is not the one they need."""
    found = settings_of(site)
    if found is None:
        return None
    webhook = found.webhook_secret_sealed
    return Keys(
        secret=crypto.open_sealed(found.secret_sealed, site_id=site.id, field=SECRET),
        webhook_secret=crypto.open_sealed(webhook, site_id=site.id, field=WEBHOOK_SECRET) if webhook else "",
        mode=found.mode,
        account_id=found.account_id,
    )


def own_or_platforms() -> Any:
    """The schema whose keys the open site uses."""
    return sites.console() if uses_platforms() else current_site()
