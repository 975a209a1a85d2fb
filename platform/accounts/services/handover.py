"""The one-time way of platform staff from the console into the main site: signed, good for a minute, used once."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.models import RoleGrant, UsedHandover, User
from accounts.roles import StaffRole
from accounts.services import audit
from kernel.errors import NotFound
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site

SALT = "couponry.handover"
VALID_FOR = dt.timedelta(seconds=60)
SESSION_SECONDS = 2 * 3600  # a console account that is switched off loses the main site soon


class HandoverRefused(NotFound):
    """Forged, older than a minute, used already, or meant for another site."""

    code = "handover_refused"

    def __init__(self) -> None:
        super().__init__(_("This way in was used already or is too old. Enter from the console again."))


def issue(*, site: Site, user: User, actor: Actor, now: dt.datetime) -> str:
    """The address that signs `actor` in on the main site. Raises NotAllowed, HandoverRefused for an agent's site."""
    must(actor, "main.enter")
    if site.kind != Site.Kind.MAIN or actor.id != user.id:
        raise HandoverRefused()
    token = signing.dumps(
        {
            "site": str(site.id), "user": str(user.id), "name": user.name, "roles": sorted(actor.roles),
            "nonce": secrets.token_urlsafe(24), "at": int(now.timestamp()),
        },
        salt=SALT,
    )  # fmt: skip
    audit.record("main.entered", user, actor=actor, now=now)
    return f"{sites.base_url(site)}/account/enter/{token}/"


def take(*, token: str, now: dt.datetime, request_id: str = "") -> User:
    """The person of the main site who comes in by `token`, with the roles of the console. Raises HandoverRefused."""
    site = current_site()
    try:
        claims: dict[str, Any] = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise HandoverRefused() from error
    age = now.timestamp() - claims["at"]
    if site.kind != Site.Kind.MAIN or claims["site"] != str(site.id) or not -1 <= age <= VALID_FOR.total_seconds():
        raise HandoverRefused()
    with transaction.atomic():
        _use(claims["nonce"], now)
        user = _mirror(uuid.UUID(claims["user"]), claims["name"], claims["roles"], now)
        if not user.is_active:
            raise HandoverRefused()
        actor = Actor("staff", user.name, user.id, request_id=request_id)
        audit.record("staff.entered", user, actor=actor, now=now, reason=_("by hand-over"))
    return user


def _use(nonce: str, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            UsedHandover.objects.create(nonce=nonce, used_at=now)
    except IntegrityError as error:
        raise HandoverRefused() from error


def _mirror(console_id: uuid.UUID, name: str, roles: list[str], now: dt.datetime) -> User:
    """The mirrored user, with exactly these roles. Without e-mail and password: it comes in by hand-over only."""
    user = User.objects.filter(mirror_of=console_id).first()
    if user is None:
        user = User.objects.create_user(None, name=name, mirror_of=console_id, created_at=now)
    elif user.name != name:
        User.objects.filter(id=user.id).update(name=name)
        user.name = name
    wanted = set(roles) & set(StaffRole.values)
    RoleGrant.objects.filter(user=user).exclude(role__in=wanted).delete()
    for role in sorted(wanted):
        RoleGrant.objects.get_or_create(user=user, role=role, defaults={"granted_at": now})
    return user
