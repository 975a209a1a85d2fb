"""Roles of staff, switching off, and the hand-over from the console."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session

from accounts.actors import Actor
from accounts.models import AuditEvent, RoleGrant, User
from accounts.services import handover, staff
from kernel.errors import NotAllowed
from tenants.walls import wall
from tests import factories
from tests.factories import NOW


@pytest.fixture
def admin(ada_site):
    with wall(ada_site, "site"):
        return factories.make_staff()


def test_roles_are_set_exactly_and_noted(ada_site, admin):
    with wall(ada_site, "site"):
        person = factories.make_staff("viewer")

        staff.set_roles(user=person, roles=["finance", "analyst"], actor=factories.staff_actor(admin), now=NOW)

        assert sorted(person.role_grants.values_list("role", flat=True)) == ["analyst", "finance"]
        event = AuditEvent.objects.get(verb="staff.roles")
        assert (event.before, event.after) == ({"roles": ["viewer"]}, {"roles": ["analyst", "finance"]})


def test_the_last_super_admin_stays(ada_site, admin):
    actor = factories.staff_actor(admin)
    with wall(ada_site, "site"):
        with pytest.raises(staff.LastSuperAdmin):
            staff.set_roles(user=admin, roles=["viewer"], actor=actor, now=NOW)
        with pytest.raises(staff.LastSuperAdmin):
            staff.deactivate(user=admin, actor=actor, now=NOW)

        assert RoleGrant.objects.get(user=admin).role == "super_admin"
        assert User.objects.get(id=admin.id).is_active
        factories.make_staff()
        staff.set_roles(user=admin, roles=["viewer"], actor=actor, now=NOW)
        assert RoleGrant.objects.get(user=admin).role == "viewer"


def test_management_changes_nobodys_roles(ada_site, admin):
    with wall(ada_site, "site"):
        manager = factories.make_staff("management")

        with pytest.raises(NotAllowed):
            staff.set_roles(
                user=manager, roles=["super_admin"], actor=factories.staff_actor(manager, "management"), now=NOW
            )
        assert RoleGrant.objects.get(user=manager).role == "management"


def test_switching_off_ends_every_session(ada_site, admin, staff_of):
    client, person = staff_of("ada", "viewer")
    client.get("/account/")
    with wall(ada_site, "site"):
        assert Session.objects.count() == 1

        staff.deactivate(user=person, actor=factories.staff_actor(admin), now=NOW)

        assert Session.objects.count() == 0
    assert client.get("/office/")["Location"].startswith("/account/login/")
    with wall(ada_site, "site"):
        staff.reactivate(user=person, actor=factories.staff_actor(admin), now=NOW)
        assert User.objects.get(id=person.id).is_active


def console_actor(user, role="super_admin"):
    return Actor("staff", user.name, user.id, "console", frozenset({role}))


def address_for(master_site, main_site, role="super_admin", now=NOW):
    with wall(master_site, "master"):
        user = factories.make_staff(role, "Salma")
        return user, handover.issue(site=main_site, user=user, actor=console_actor(user, role), now=now)


def token_of(address):
    return re.search(r"/account/enter/(\S+)/$", address)[1]


def test_a_hand_over_signs_in_once_with_the_console_roles(master_site, main_site, client_of):
    from kernel import clock

    console_user, address = address_for(master_site, main_site, "finance", clock.now())
    path = f"/account/enter/{token_of(address)}/"

    first = client_of("main").get(path)
    again = client_of("main").get(path)

    assert (first.status_code, first["Location"]) == (302, "/office/")
    assert again.status_code == 404
    with wall(main_site, "site"):
        mirror = User.objects.get(mirror_of=console_user.id)
        assert (mirror.name, mirror.email, mirror.has_usable_password()) == ("Salma", None, False)
        assert [grant.role for grant in mirror.role_grants.all()] == ["finance"]
        assert AuditEvent.objects.filter(verb="staff.entered", object_id=mirror.id).count() == 1


def test_a_hand_over_is_good_for_a_minute_and_for_the_main_site_only(master_site, main_site, ada_site):
    _, address = address_for(master_site, main_site)
    token = token_of(address)

    for site, seconds in ((ada_site, 1), (main_site, 61), (main_site, -5)):
        with wall(site, "site"), pytest.raises(handover.HandoverRefused):
            handover.take(token=token, now=NOW + factories.DAY / 86400 * seconds)
    with wall(main_site, "site"):
        with pytest.raises(handover.HandoverRefused):
            handover.take(token=token[:-3] + "abc", now=NOW)
        assert not User.objects.exists()


def test_nobody_is_handed_over_to_an_agents_site_or_without_the_right(master_site, main_site, ada_site):
    with wall(master_site, "master"):
        user = factories.make_staff()
        with pytest.raises(handover.HandoverRefused):
            handover.issue(site=ada_site, user=user, actor=console_actor(user), now=NOW)
        with pytest.raises(NotAllowed):
            handover.issue(site=main_site, user=user, actor=console_actor(user, "viewer"), now=NOW)
        assert not AuditEvent.objects.exists()


def test_roles_taken_on_the_console_are_gone_at_the_next_entry(master_site, main_site):
    user, address = address_for(master_site, main_site)
    with wall(main_site, "site"):
        handover.take(token=token_of(address), now=NOW)
    with wall(master_site, "master"):
        second = handover.issue(site=main_site, user=user, actor=console_actor(user, "support"), now=NOW)

    with wall(main_site, "site"):
        mirror = handover.take(token=token_of(second), now=NOW)

        assert [grant.role for grant in mirror.role_grants.all()] == ["support"]
