"""A merchant registers itself: what was typed waits, sealed, until the link in the mail proves the address.

Known and unknown addresses are answered alike; only the mail differs, which the address's owner alone reads. The token
is derived from the row under the site's key, so the worker that writes the mail needs nothing but the row's id.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actors import Actor, system
from accounts.models import User
from accounts.services import arrivals, audit, mail
from kernel import crypto, limits
from kernel.errors import NotFound
from kernel.ids import uuid7
from kernel.limits import Bucket
from kernel.services import outbox
from merchants import locks
from merchants.models import Registration
from merchants.services import lifecycle
from tenants.queries import sites
from tenants.walls import current_site

TOPIC = "registration.mail"
VALID_FOR = dt.timedelta(hours=24)
_FIELD = "registration"
HOUR = 3600


class RegistrationGone(NotFound):
    """Used, too old, or never asked for on this site."""

    code = "registration_gone"

    def __init__(self) -> None:
        super().__init__(_("This link no longer works."))


@dataclass(frozen=True, slots=True)
class Details:
    """What somebody tells of the merchant. `plan` is what they mean to buy; the purchase decides."""

    brand_name: str
    legal_name: str
    category: str
    business_type: str
    country: str
    city: str
    owner_name: str
    owner_email: str
    contact_phone: str
    plan: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Details:
        """The details among a form's values."""
        plain = {name: str(values[name] or "").strip() for name in cls.__slots__}
        return cls(**{**plain, "owner_email": plain["owner_email"].lower()})


def ask(*, details: Details, language: str, address: str, now: dt.datetime) -> None:
    """Keep the details for a day and send the link. Raises limits.TooMany and limits.Unavailable.

    `address` is the caller's IP. Nothing in what happens here depends on whether the e-mail is known.
    """
    site_id = current_site().id
    # Closed: without the limits anybody could make us write to strangers as often as they like.
    limits.must(
        Bucket("join.email", details.owner_email, 3, HOUR),
        Bucket("join.network", limits.network(address), 20, HOUR),
        site_id=site_id, now=now, closed=True,
    )  # fmt: skip
    row = Registration(id=uuid7(), language=language, created_at=now, expires_at=now + VALID_FOR)
    plain = json.dumps({name: getattr(details, name) for name in Details.__slots__}, ensure_ascii=False)
    row.details = crypto.seal(plain, site_id=site_id, field=_FIELD)
    row.token_hash = crypto.token_hash(token_of(row.id))
    with transaction.atomic():
        row.save(force_insert=True)
        outbox.emit(TOPIC, site_id=site_id, now=now, registration_id=str(row.id))


def find(*, token: str, now: dt.datetime) -> Registration:
    """The registration of a link. Raises RegistrationGone."""
    found = Registration.objects.filter(token_hash=crypto.token_hash(token), expires_at__gt=now).first()
    if found is None:
        raise RegistrationGone
    return found


def details_of(row: Registration) -> Details:
    """What was typed."""
    return Details(**json.loads(crypto.open_sealed(row.details, site_id=current_site().id, field=_FIELD)))


def complete(*, token: str, password: str, request_id: str = "", now: dt.datetime) -> User:
    """The address is proved: make the merchant and its owner, once. Raises RegistrationGone, AlreadyThere."""
    with transaction.atomic():
        # Two clicks queue here; the second finds nothing.
        row = locks.registration(find(token=token, now=now).id)
        if row is None:
            raise RegistrationGone
        details = details_of(row)
        row.delete()
        fields = {name: getattr(details, name) for name in Details.__slots__}
        merchant, owner = lifecycle.register(**fields, password=password, actor=system("registration"), now=now)
        audit.record(
            "merchant.joined", merchant, now=now, after={"terms": "accepted"},
            actor=Actor("merchant", owner.name, owner.id, merchant_id=merchant.id, request_id=request_id),
        )  # fmt: skip
    return owner


def send(*, registration_id: uuid.UUID, now: dt.datetime) -> None:
    """Write the mail: the link, or to a known address that it has an account. What is over sends nothing."""
    row = Registration.objects.filter(id=registration_id, expires_at__gt=now).first()
    if row is None:
        return
    site, details = current_site(), details_of(row)
    known = arrivals.is_known(details.owner_email)
    base = sites.base_url(site)
    with override(row.language):
        hello = _("Hello %(name)s,") % {"name": details.owner_name}
        if known:
            lines = [
                hello,
                _("somebody wants to register “%(brand)s” on %(site)s with this address, which has an account there.")
                % {"brand": details.brand_name, "site": site.name},
                _("If it was you, sign in. To add another business, write to us."),
            ]
            action = (f"{base}/account/login/", _("Sign in"))
            footer = _("If it was not you, ignore this mail.")
        else:
            lines = [
                hello,
                _("one click proves your address; then you choose a password and “%(brand)s” is on %(site)s.")
                % {"brand": details.brand_name, "site": site.name},
            ]
            action = (f"{base}/join/{token_of(row.id)}/", _("Go on"))
            footer = _("The link works for 24 hours and only once. If you did not ask for it, ignore this mail.")
        mail.send(
            to=details.owner_email, site=site, language=row.language, subject=_("Your registration"), lines=lines,
            action_url=action[0], action_label=action[1], footer=footer,
        )  # fmt: skip


def forget(*, now: dt.datetime) -> int:
    """Remove what was not proved in time; returns how many."""
    return Registration.objects.filter(expires_at__lte=now).delete()[0]


def token_of(registration_id: uuid.UUID) -> str:
    """The secret of a link: for the mail only."""
    index = crypto.keyed_index(str(registration_id), site_id=current_site().id, field=_FIELD)
    return base64.urlsafe_b64encode(index).decode().rstrip("=")
