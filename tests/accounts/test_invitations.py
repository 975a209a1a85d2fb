"""Inviting people: by a link in a mail, hashed at rest, good for a week, used once."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from accounts.models import AuditEvent, Invitation, Membership, RoleGrant, User
from accounts.services import invitations
from accounts.tasks import send_invitation
from kernel import crypto
from kernel.errors import NotAllowed
from kernel.models import OutboxEvent
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW


@pytest.fixture
def admin(ada_site):
    with wall(ada_site, "site"):
        return factories.staff_actor(factories.make_staff())


def invite(admin, email="new@example.com", roles=("viewer",)):
    return invitations.invite_staff(email=email, name="New Person", roles=list(roles), actor=admin, now=NOW)


def mailed_path() -> str:
    found = re.search(r"https?://ada\.localhost\S*(/account/invitation/\S+)", mail.outbox[-1].body)
    return found[1]


def test_the_mail_alone_shows_the_token(ada_site, admin, client_of):
    with wall(ada_site, "site"):
        invitation = invite(admin)
        event = OutboxEvent.objects.get()
        send_invitation(event, NOW)

        path = mailed_path()
        token = path.rstrip("/").rpartition("/")[2]
        assert event.payload == {"invitation_id": str(invitation.id)}
        assert invitation.token_hash == crypto.token_hash(token)
        assert token not in str(Invitation.objects.values().get())
        assert mail.outbox[-1].subject == "Ada Deals: Your invitation"
        assert "Platform" not in mail.outbox[-1].body


def test_accepting_makes_the_account_and_signs_in(ada_site, admin, client_of):
    from kernel import clock

    with wall(ada_site, "site"):
        invitations.invite_staff(email="new@example.com", name="New", roles=["viewer"], actor=admin, now=clock.now())
        send_invitation(OutboxEvent.objects.get(), clock.now())
    path = mailed_path()
    client = client_of("ada")
    assert client.get(path).status_code == 200

    answer = client.post(path, {"name": "Nora New", "password": "a good sentence 7"})

    assert answer["Location"] == "/account/where/"
    assert client.get("/account/where/")["Location"] == "/office/"
    with wall(ada_site, "site"):
        user = User.objects.get(email="new@example.com")
        assert [grant.role for grant in user.role_grants.all()] == ["viewer"]
        assert AuditEvent.objects.filter(verb="invitation.accepted", object_id=user.id).exists()
    assert client_of("ada").post(path, {"name": "Again", "password": "a good sentence 7"}).status_code == 404
    with wall(ada_site, "site"):
        assert User.objects.filter(email="new@example.com").count() == 1


def test_a_link_of_one_site_is_nothing_on_another(ada_site, admin, client_of):
    with wall(ada_site, "site"):
        invite(admin)
        send_invitation(OutboxEvent.objects.get(), NOW)

    assert client_of("bob").get(mailed_path()).status_code == 404


@pytest.mark.parametrize("change", ["withdrawn", "too old", "resent"])
def test_a_link_that_is_over_lets_nobody_in(ada_site, admin, change):
    with wall(ada_site, "site"):
        invitation = invite(admin)
        send_invitation(OutboxEvent.objects.get(), NOW)
        token = mailed_path().rstrip("/").rpartition("/")[2]
        when = NOW
        if change == "withdrawn":
            invitations.withdraw(invitation=invitation, actor=admin, now=NOW)
        elif change == "resent":
            invitations.resend(invitation=invitation, actor=admin, now=NOW + DAY)
        else:
            when = NOW + 8 * DAY

        with pytest.raises(invitations.InvitationGone):
            invitations.accept(token=token, name="Eve", password="x", now=when)
        assert not User.objects.filter(email="new@example.com").exists()


def test_only_a_super_admin_invites(ada_site):
    with wall(ada_site, "site"):
        viewer = factories.staff_actor(factories.make_staff("viewer"), "viewer")

        with pytest.raises(NotAllowed):
            invite(viewer)
        assert not Invitation.objects.exists()
        assert not OutboxEvent.objects.exists()


def test_nobody_is_invited_twice_or_without_a_role(ada_site, admin):
    with wall(ada_site, "site"):
        invite(admin)

        with pytest.raises(invitations.AlreadyThere):
            invite(admin)
        with pytest.raises(invitations.NoRole):
            invite(admin, "other@example.com", ())
        with pytest.raises(invitations.NoRole):
            invite(admin, "other@example.com", ("owner",))
        assert Invitation.objects.count() == 1


def test_an_existing_account_must_sign_in_to_accept(ada_site, admin, client_of):
    from kernel import clock
    from tests.accounts.conftest import sign_in

    with wall(ada_site, "site"):
        merchant = factories.make_merchant()
        person = factories.make_staff("viewer")
        invitations.invite_member(
            email=person.email, name=person.name, merchant_id=merchant.id, role="owner", actor=admin, now=clock.now()
        )
        send_invitation(OutboxEvent.objects.get(), clock.now())
    path = mailed_path()

    stranger = client_of("ada").post(path, {"name": "Eve", "password": "a good sentence 7"})
    with wall(ada_site, "site"):
        assert not Membership.objects.exists()
    mine = sign_in(client_of("ada"), person.email).post(path)

    assert stranger.status_code == 200
    assert mine.status_code == 302
    with wall(ada_site, "site"):
        assert Membership.objects.get().user_id == person.id
        assert RoleGrant.objects.filter(user=person).count() == 1


def test_a_merchant_steps_up_to_invite_for_itself_only_through_the_service(ada_site):
    with wall(ada_site, "site"):
        merchant = factories.make_merchant()
        owner = factories.make_member(merchant)
    actor = factories.member_actor(owner, merchant)

    with wall(ada_site, "merchant", merchant=merchant.id):
        invitations.invite_member(
            email="till@example.com", name="Till", merchant_id=merchant.id, role="manager", actor=actor, now=NOW
        )
        assert Invitation.objects.get().merchant_role == "manager"
