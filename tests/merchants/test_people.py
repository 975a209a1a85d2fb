"""Branches, devices, cashiers, keys: paired and shown once, narrow, revocable."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import Membership
from kernel import clock, crypto, limits
from kernel.errors import NotAllowed, NotFound
from merchants.models import ApiKey, Branch, Device
from merchants.services import apikeys, branches, devices, members
from merchants.services.devices import PairingRefused
from merchants.services.members import BadCredentials, LastOwner, PinRefused, UsernameTaken
from tenants.walls import wall
from tests import factories
from tests.factories import NOW
from tests.merchants.cast import browser, open_shop

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def branch(shop):
    with wall(shop.site, "site"):
        return factories.make_branch(shop.merchant, "Olaya")


def add_device(shop, branch):
    with shop.open():
        return devices.create(branch_id=branch.id, name="Till", kind="till", actor=shop.owner, now=NOW)


def pair(shop, code, now=NOW):
    with wall(shop.site, "site"):
        return devices.pair(code=code, now=now)


def add_cashier(shop, branch, username="sara", pin="4711"):
    with shop.open():
        return members.add_cashier(
            name="Sara", username=username, pin=pin, branch_id=branch.id, actor=shop.owner, now=NOW
        )


def paired(shop, branch):
    _, code = add_device(shop, branch)
    device, token = pair(shop, code)
    return device, token


# Devices


def test_a_code_pairs_one_device_once(shop, branch):
    device, code = add_device(shop, branch)

    found, token = pair(shop, devices.shown(code).lower())
    with pytest.raises(PairingRefused):
        pair(shop, code)

    assert found.id == device.id
    with wall(shop.site, "site"):
        assert devices.by_token(token).id == device.id
        stored = Device.objects.get(id=device.id)
    assert token not in {stored.token_hash, stored.pairing_hash}
    assert stored.token_hash == crypto.token_hash(token)


@pytest.mark.parametrize("code", ["", "2222", "22222222", "ABCDEFGH"])
def test_a_wrong_code_pairs_nothing(shop, branch, code):
    add_device(shop, branch)

    with pytest.raises(PairingRefused):
        pair(shop, code)


def test_a_code_is_good_for_fifteen_minutes(shop, branch):
    _, code = add_device(shop, branch)

    with pytest.raises(PairingRefused):
        pair(shop, code, NOW + 15 * MINUTE)
    pair(shop, code, NOW + 15 * MINUTE - dt.timedelta(seconds=1))


def test_a_new_code_replaces_the_device_and_its_old_token(shop, branch):
    device, token = paired(shop, branch)
    with shop.open():
        _, code = devices.renew_code(device_id=device.id, actor=shop.owner, now=NOW)

    with wall(shop.site, "site"):
        assert devices.by_token(token) is not None  # until the code is used
    _, second = pair(shop, code)

    with wall(shop.site, "site"):
        assert devices.by_token(token) is None
        assert devices.by_token(second).id == device.id


def test_a_revoked_device_is_out_at_once_and_cannot_come_back(shop, branch):
    device, token = paired(shop, branch)
    with shop.open():
        _, code = devices.renew_code(device_id=device.id, actor=shop.owner, now=NOW)
        devices.revoke(device_id=device.id, actor=shop.owner, now=NOW)

    with wall(shop.site, "site"):
        assert devices.by_token(token) is None
    with pytest.raises(PairingRefused):
        pair(shop, code)


def test_closing_a_branch_shuts_its_devices_out(shop, branch):
    _, token = paired(shop, branch)

    with shop.open():
        branches.close(branch_id=branch.id, actor=shop.owner, now=NOW)

    with wall(shop.site, "site"):
        assert devices.by_token(token) is None


def test_a_sign_of_life_is_noted_at_most_once_a_minute(shop, branch):
    device, token = paired(shop, branch)
    with wall(shop.site, "site"):
        devices.by_token(token, now=NOW + 30 * dt.timedelta(seconds=1))
        assert Device.objects.get(id=device.id).last_seen_at == NOW
        devices.by_token(token, now=NOW + 2 * MINUTE)
        assert Device.objects.get(id=device.id).last_seen_at == NOW + 2 * MINUTE


def test_no_device_in_anothers_branch(shop, branch):
    other = open_shop(shop.site)

    with other.open(), pytest.raises(NotFound):
        devices.create(branch_id=branch.id, name="Spy", kind="till", actor=other.owner, now=NOW)


def test_the_pairing_code_is_shown_once(shop, branch):
    client = browser(shop)

    answer = client.post("/merchant/devices/new/", {"name": "Tablet", "kind": "tablet", "branch": str(branch.id)})
    first, second = client.get(answer.url), client.get(answer.url)

    assert "Pairing code" in first.content.decode()
    assert first["Cache-Control"] == "private, no-store"
    assert second.status_code == 302


# Cashiers


def test_a_cashier_signs_in_with_name_and_pin_on_a_device_of_the_branch(shop, branch):
    member = add_cashier(shop, branch)
    device, _ = paired(shop, branch)

    with wall(shop.site, "site"):
        found = members.check_pin(device=device, username=" SARA ", pin="4711", now=NOW)

    assert found.id == member.id
    assert found.pin != "4711"


@pytest.mark.parametrize(("username", "pin"), [("sara", "4712"), ("nobody", "4711"), ("", ""), ("sara", "")])
def test_wrong_names_and_wrong_pins_get_the_same_answer(shop, branch, username, pin):
    add_cashier(shop, branch)
    device, _ = paired(shop, branch)

    with wall(shop.site, "site"), pytest.raises(PinRefused, match="User name or PIN is wrong"):
        members.check_pin(device=device, username=username, pin=pin, now=NOW)


def test_a_pin_works_only_in_its_branch_and_only_for_its_merchant(shop, branch):
    add_cashier(shop, branch)
    other = open_shop(shop.site)
    with wall(shop.site, "site"):
        elsewhere, foreign = factories.make_branch(shop.merchant), factories.make_branch(other.merchant)

    for wrong_shop, wrong_branch in ((shop, elsewhere), (other, foreign)):
        device, _ = paired(wrong_shop, wrong_branch)
        with wall(shop.site, "site"), pytest.raises(PinRefused):
            members.check_pin(device=device, username="sara", pin="4711", now=NOW)


def test_after_six_wrong_pins_the_right_one_waits_too(shop, branch):
    add_cashier(shop, branch)
    device, _ = paired(shop, branch)
    with wall(shop.site, "site"):
        for _ in range(6):
            with pytest.raises(PinRefused):
                members.check_pin(device=device, username="sara", pin="0001", now=NOW)

        with pytest.raises(limits.TooMany):
            members.check_pin(device=device, username="sara", pin="4711", now=NOW)
        members.check_pin(device=device, username="sara", pin="4711", now=NOW + 10 * MINUTE)


def test_a_reset_pin_ends_the_old_one_and_a_shut_out_cashier_has_none(shop, branch):
    member = add_cashier(shop, branch)
    device, _ = paired(shop, branch)
    with shop.open():
        members.set_pin(member_id=member.id, pin="8052", actor=shop.owner, now=NOW)
    with wall(shop.site, "site"):
        with pytest.raises(PinRefused):
            members.check_pin(device=device, username="sara", pin="4711", now=NOW)
        members.check_pin(device=device, username="sara", pin="8052", now=NOW)

    with shop.open():
        members.deactivate(member_id=member.id, actor=shop.owner, now=NOW)

    with wall(shop.site, "site"), pytest.raises(PinRefused):
        members.check_pin(device=device, username="sara", pin="8052", now=NOW)


@pytest.mark.parametrize("pin", ["123", "1234", "1111", "abcd", "123456789", "٤٧١١"])
def test_pins_that_anybody_guesses_are_refused(shop, branch, pin):
    with pytest.raises(BadCredentials):
        add_cashier(shop, branch, pin=pin)


def test_user_names_are_unique_in_a_merchant_and_free_in_another(shop, branch):
    add_cashier(shop, branch)

    with pytest.raises(UsernameTaken):
        add_cashier(shop, branch)

    other = open_shop(shop.site)
    with wall(shop.site, "site"):
        foreign = factories.make_branch(other.merchant)
    add_cashier(other, foreign)
    with wall(shop.site, "site"):
        assert Membership.objects.filter(username="sara").count() == 2


# People


def test_the_last_owner_stays(shop):
    with shop.open():
        me = Membership.objects.get(user_id=shop.owner.id)
        with pytest.raises(LastOwner):
            members.deactivate(member_id=me.id, actor=shop.owner, now=NOW)
        with pytest.raises(LastOwner):
            members.change(member_id=me.id, role="manager", actor=shop.owner, now=NOW)

        assert Membership.objects.get(id=me.id).role == "owner"


def test_nobody_changes_people_of_another_merchant(shop, branch):
    """At the door the merchant's wall is gone; the service names the merchant itself."""
    member = add_cashier(shop, branch)
    other = open_shop(shop.site)

    with other.open():
        for act in (members.deactivate, members.reactivate):
            with pytest.raises(NotFound):
                act(member_id=member.id, actor=other.owner, now=NOW)
        with pytest.raises(NotFound):
            members.set_pin(member_id=member.id, pin="8052", actor=other.owner, now=NOW)

    with wall(shop.site, "site"):
        assert Membership.objects.get(id=member.id).active


def test_managers_see_people_and_change_none(shop, branch):
    member = add_cashier(shop, branch)
    client = browser(shop, "manager")

    assert client.get("/merchant/people/").status_code == 200
    assert client.get(f"/merchant/people/{member.id}/").status_code == 403
    manager = factories.member_actor(type("User", (), {"name": "M", "id": member.id})(), shop.merchant, "manager")
    with shop.open(), pytest.raises(NotAllowed):
        members.deactivate(member_id=member.id, actor=manager, now=NOW)


def test_inviting_and_withdrawing_on_the_page(shop):
    client = browser(shop)
    client.post("/merchant/people/invite/", {"name": "Nina", "email": "nina@example.com", "role": "manager"})

    page = client.get("/merchant/people/").content.decode()
    assert "nina@example.com" in page
    url = next(part.split('"')[0] for part in page.split('action="') if "withdraw" in part.split('"')[0])
    assert browser(open_shop(shop.site)).post(url).status_code == 404
    client.post(url)

    assert "nina@example.com" not in client.get("/merchant/people/").content.decode()


# Keys


def test_a_key_is_shown_once_and_kept_as_a_hash(shop):
    client = browser(shop)
    answer = client.post("/merchant/keys/new/", {"name": "Web shop", "scopes": ["coupons:read"]})

    page = client.get(answer.url).content.decode()

    with shop.open():
        key = ApiKey.objects.get()
    secret = page.split("ck_", 1)[1].split("<")[0]
    assert key.key_hash == crypto.token_hash(f"ck_{secret}")
    assert key.scopes == ["coupons:read"]
    assert client.get(answer.url).status_code == 302


def test_a_key_can_do_something_or_is_not_made(shop):
    with shop.open(), pytest.raises(apikeys.BadScopes):
        apikeys.create(name="x", scopes=["everything"], actor=shop.owner, now=NOW)

    assert browser(shop, "manager").get("/merchant/keys/").status_code == 403


def test_a_revoked_key_stays_revoked(shop):
    with shop.open():
        key, _ = apikeys.create(name="x", scopes=["coupons:read"], actor=shop.owner, now=NOW)
        first = apikeys.revoke(key_id=key.id, actor=shop.owner, now=NOW).revoked_at
        again = apikeys.revoke(key_id=key.id, actor=shop.owner, now=clock.now()).revoked_at

    assert first == again == NOW


def test_branches_have_names_of_their_own(shop, branch):
    with shop.open(), pytest.raises(branches.NameTaken):
        branches.create(name="Olaya", time_zone="Asia/Riyadh", actor=shop.owner, now=NOW)

    with shop.open():
        assert Branch.objects.count() == 1


# Somebody who works for two merchants


def test_one_person_with_two_merchants_changes_between_them_and_to_no_other(shop):
    second, foreign = open_shop(shop.site, brand="Second Shop"), open_shop(shop.site, brand="Foreign Shop")
    client = browser(shop)
    with wall(shop.site, "site"):
        user_id = Membership.objects.filter(merchant_id=shop.merchant.id).latest("id").user_id
        Membership.objects.create(user_id=user_id, merchant_id=second.merchant.id, role="manager", created_at=NOW)

    page = client.get("/merchant/").content.decode()
    assert "Second Shop" in page
    assert "Foreign Shop" not in page
    client.post("/merchant/switch/", {"merchant": str(foreign.merchant.id)})
    assert "You do not work for this merchant." in client.get("/merchant/").content.decode()
    assert client.post("/merchant/switch/", {"merchant": str(second.merchant.id)}).status_code == 302

    assert "<h1>Second Shop</h1>" in client.get("/merchant/").content.decode()
    assert client.get("/merchant/profile/").status_code == 403  # manager there, owner here
