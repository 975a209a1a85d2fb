"""Inviting people by a link that is shown only in the mail.

The token is derived from the invitation under the site's key, so that the mail can be written by a worker which knows
nothing but the invitation's id; what is stored is its hash. Sending again makes a new token and ends the old one.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actors import Actor, must
from accounts.models import Invitation, Membership, RoleGrant, User
from accounts.roles import MerchantRole, StaffRole
from accounts.services import audit, mail
from accounts.services.door import at_the_door
from kernel import crypto
from kernel.errors import Conflict, DomainError, NotFound
from kernel.services import outbox
from tenants.queries import sites
from tenants.walls import current_site

VALID_FOR = dt.timedelta(days=7)
TOPIC = "invitation.mail"


class InvitationGone(NotFound):
    """Used, withdrawn, too old, or never sent."""

    code = "invitation_gone"

    def __init__(self) -> None:
        super().__init__(_("This invitation no longer works."))


class AlreadyThere(Conflict):
    """The person is invited or has this role already."""

    code = "already_there"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="email")


class NoRole(DomainError):
    """An invitation without a role, or with one that does not exist."""

    code = "no_role"

    def __init__(self) -> None:
        super().__init__(_("Choose at least one role."), field="roles")


def invite_staff(*, email: str, name: str, roles: Collection[str], actor: Actor, now: dt.datetime) -> Invitation:
    """Invite somebody to the staff of this site or console. Raises NotAllowed, NoRole, AlreadyThere."""
    if actor.kind != "system":
        must(actor, "staff.manage")
    chosen = sorted(set(roles))
    if not chosen or not set(chosen) <= set(StaffRole.values):
        raise NoRole()
    email = email.strip().lower()
    if RoleGrant.objects.filter(user__email__iexact=email, user__is_active=True).exists():
        raise AlreadyThere(_("This person is on the staff already. Change the roles there."))
    return _invite(Invitation(email=email, name=name.strip(), roles=chosen), actor, now)


def invite_member(
    *,
    email: str,
    name: str,
    merchant_id: uuid.UUID,
    role: str,
    actor: Actor,
    now: dt.datetime,
    branch_id: uuid.UUID | None = None,
) -> Invitation:
    """Invite somebody to a merchant's people. The caller has checked that `actor` may. Raises NoRole, AlreadyThere."""
    if role not in MerchantRole.values:
        raise NoRole()
    email = email.strip().lower()
    with at_the_door():
        if Membership.objects.filter(merchant_id=merchant_id, user__email__iexact=email, active=True).exists():
            raise AlreadyThere(_("This person works here already."))
        return _invite(
            Invitation(
                email=email, name=name.strip(), merchant_id=merchant_id, merchant_role=role, branch_id=branch_id
            ),
            actor,
            now,
        )


def resend(*, invitation: Invitation, actor: Actor, now: dt.datetime) -> None:
    """Send it again with a new link; the old one ends. The caller has checked that `actor` may."""
    with at_the_door(), transaction.atomic():
        invitation = _open(invitation.id)
        invitation.expires_at = now + VALID_FOR
        _seal(invitation)
        invitation.save(update_fields=["expires_at", "token_hash"])
        audit.record("invitation.resent", invitation, actor=actor, now=now)
        _announce(invitation, now)


def withdraw(*, invitation: Invitation, actor: Actor, now: dt.datetime) -> None:
    """End the link at once. The caller has checked that `actor` may."""
    with at_the_door(), transaction.atomic():
        invitation = _open(invitation.id)
        invitation.withdrawn_at = now
        invitation.save(update_fields=["withdrawn_at"])
        audit.record("invitation.withdrawn", invitation, actor=actor, now=now)


def find(*, token: str, now: dt.datetime) -> Invitation:
    """The open invitation of a link. Raises InvitationGone."""
    found = Invitation.objects.filter(token_hash=crypto.token_hash(token)).first()
    if found is None or found.accepted_at or found.withdrawn_at or found.expires_at <= now:
        raise InvitationGone()
    return found


def user_of(invitation: Invitation) -> User | None:
    """The account that the invited address has here already."""
    return User.objects.filter(email__iexact=invitation.email).first()


def accept(*, token: str, name: str, password: str, now: dt.datetime) -> User:
    """Make the account and give it what the invitation names. Raises InvitationGone, AlreadyThere."""
    with transaction.atomic():
        invitation = _locked(token, now)
        if user_of(invitation) is not None:
            raise AlreadyThere(_("You have an account here already. Sign in with it to accept."))
        user = User.objects.create_user(invitation.email, name=name.strip(), password=password, created_at=now)
        # The link came to this address, so it is proved.
        EmailAddress.objects.create(user=user, email=invitation.email, verified=True, primary=True)
        _fulfil(invitation, user, now)
    return user


def accept_as(*, token: str, user: User, now: dt.datetime) -> None:
    """Give an existing account, which is signed in, what the invitation names. Raises InvitationGone."""
    with transaction.atomic():
        invitation = _locked(token, now)
        if not user.is_active or (user.email or "").lower() != invitation.email:
            raise InvitationGone()
        _fulfil(invitation, user, now)


def send(*, invitation: Invitation, now: dt.datetime) -> None:
    """Write the mail, in the site's language. An invitation that is over meanwhile sends nothing."""
    if invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at <= now:
        return
    site = current_site()
    with override(site.language):
        mail.send(
            to=invitation.email,
            site=site,
            language=site.language,
            subject=_("Your invitation"),
            lines=[
                _("Hello %(name)s,") % {"name": invitation.name},
                _("you were invited to work on %(site)s. Choose a password and you are in.") % {"site": site.name},
            ],
            action_url=link(invitation),
            action_label=_("Accept the invitation"),
            footer=_("The link works for 7 days and only once. If you did not expect it, ignore this mail."),
        )


def link(invitation: Invitation) -> str:
    """The address that lets its holder in: for the mail only."""
    return f"{sites.base_url(current_site())}/account/invitation/{_token(invitation)}/"


def _invite(invitation: Invitation, actor: Actor, now: dt.datetime) -> Invitation:
    waiting = Invitation.objects.filter(
        email=invitation.email, merchant_id=invitation.merchant_id, accepted_at=None, withdrawn_at=None
    )
    with transaction.atomic():
        if waiting.filter(expires_at__gt=now).exists():
            raise AlreadyThere(_("This person was invited already. Send that invitation again."))
        invitation.invited_by = actor.id
        invitation.created_at = now
        invitation.expires_at = now + VALID_FOR
        _seal(invitation)
        invitation.save()
        audit.record(
            "invitation.sent", invitation, actor=actor, now=now, merchant_id=invitation.merchant_id,
            after={"roles": invitation.roles or [invitation.merchant_role]},
        )  # fmt: skip
        _announce(invitation, now)
    return invitation


def _announce(invitation: Invitation, now: dt.datetime) -> None:
    outbox.emit(TOPIC, site_id=current_site().id, now=now, invitation_id=str(invitation.id))


def _open(invitation_id: uuid.UUID) -> Invitation:
    found = Invitation.objects.select_for_update().filter(id=invitation_id).first()
    if found is None or found.accepted_at or found.withdrawn_at:
        raise InvitationGone()
    return found


def _locked(token: str, now: dt.datetime) -> Invitation:
    return _open(find(token=token, now=now).id)


def _seal(invitation: Invitation) -> None:
    invitation.token_hash = crypto.token_hash(_token(invitation))


def _token(invitation: Invitation) -> str:
    """Changes whenever the invitation is sent again, because its end then changes."""
    plain = f"{invitation.id}:{invitation.expires_at.astimezone(dt.UTC).isoformat()}"
    index = crypto.keyed_index(plain, site_id=current_site().id, field="invitation")
    return base64.urlsafe_b64encode(index).decode().rstrip("=")


def _fulfil(invitation: Invitation, user: User, now: dt.datetime) -> None:
    for role in invitation.roles:
        RoleGrant.objects.get_or_create(
            user=user, role=role, defaults={"granted_at": now, "granted_by": invitation.invited_by}
        )
    if invitation.merchant_id:
        Membership.objects.update_or_create(
            user=user, merchant_id=invitation.merchant_id,
            defaults={"role": invitation.merchant_role, "branch_id": invitation.branch_id, "active": True},
            create_defaults={"role": invitation.merchant_role, "branch_id": invitation.branch_id, "created_at": now},
        )  # fmt: skip
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    audit.record(
        "invitation.accepted", user, actor=Actor("staff", user.name, user.id), now=now,
        merchant_id=invitation.merchant_id, after={"roles": invitation.roles or [invitation.merchant_role]},
    )  # fmt: skip
