"""Saving keys: what is refused and why, what is kept and how, and that no secret comes out again."""

from __future__ import annotations

import logging

import pytest

from accounts.models import AuditEvent
from agents.payments.errors import NotConnected
from agents.payments.models import PaymentSettings
from agents.payments.queries import keys
from agents.payments.services import connection, gateway
from kernel import crypto
from kernel.errors import NotAllowed
from tenants.walls import wall
from tests import factories
from tests.factories import NOW

SECRET = "sk_test_ada_canaryOfTheKey9876"
SIGNING = "whsec_canaryOfTheWebhook"


@pytest.fixture
def boss():
    return factories.staff_actor(factories.make_staff())


@pytest.fixture
def ada(ada_site, stripe):
    with wall(ada_site, "site"):
        yield ada_site


@pytest.fixture
def owner(ada):
    return factories.staff_actor(factories.make_staff())


def save(actor, key=SECRET, **more):
    return connection.save(secret_key=key, actor=actor, now=NOW, **more)


def test_good_keys_are_tried_sealed_and_get_an_endpoint_of_ours(ada, owner, stripe):
    saved = save(owner, publishable_key="pk_test_ada_1")

    assert (saved.mode, saved.secret_last4, saved.account_id, saved.account_name) == ("test", "9876", "acct_ada", "Ada")
    assert (saved.checked_at, saved.webhook_problem) == (NOW, "")
    [endpoint] = stripe.account()["endpoints"]
    assert (endpoint["id"], endpoint["url"]) == (saved.endpoint_id, "http://ada.localhost/payments/webhook/")
    opened = keys.keys_of(ada)
    assert opened.secret == SECRET
    assert opened.webhook_secret.startswith("whsec_")
    assert gateway.is_connected()
    with pytest.raises(crypto.CannotOpen):
        crypto.open_sealed(saved.secret_sealed, site_id=ada.id, field=keys.WEBHOOK_SECRET)


def test_the_trail_knows_that_it_happened_and_no_key(ada, owner, stripe):
    save(owner, webhook_secret=SIGNING)

    [event] = AuditEvent.objects.filter(verb="payments.saved")
    assert event.after == {"mode": "test", "secret": "…9876", "account": "acct_ada", "webhook": "by hand"}
    assert "canary" not in str(vars(event))
    assert stripe.account()["endpoints"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": "pk_test_ada_1"}, "secret_key"),
        ({"key": "rubbish"}, "secret_key"),
        ({"key": "sk_test_ada_1 "}, "secret_key"),
        ({"key": "sk_org_ada_1"}, "secret_key"),
        ({"publishable_key": "sk_test_ada_1"}, "publishable_key"),
        ({"publishable_key": "pk_live_ada_1"}, "publishable_key"),
        ({"webhook_secret": "secret"}, "webhook_secret"),
        ({"key": "sk_test_bad_1234"}, "secret_key"),
        ({"key": "sk_test_51Hunknown"}, "secret_key"),
        ({"key": "rk_test_ada_nocheckout"}, "secret_key"),
        ({"key": "rk_test_ada_readonly"}, "secret_key"),
    ],
)
def test_a_key_that_will_not_do_is_refused_at_its_field_and_nothing_is_kept(ada, owner, stripe, caplog, given, field):
    with caplog.at_level(logging.DEBUG), pytest.raises(connection.BadKey) as refusal:
        save(owner, **given)

    assert refusal.value.data["field"] == field
    assert not PaymentSettings.objects.exists()
    assert AuditEvent.objects.filter(verb="payments.saved").count() == 0
    assert stripe.account("ada")["sessions"] == []


def test_a_restricted_key_that_may_start_checkouts_is_taken(ada, owner, stripe):
    saved = save(owner, "rk_test_ada_nobalance-noaccount-nowebhooks")

    assert (saved.mode, saved.account_name, saved.endpoint_id, saved.webhook_problem) == ("test", "", "", "key_lacks_right")
    assert keys.keys_of(ada).webhook_secret == ""
    assert stripe.account()["sessions"] == []


def test_stripe_says_another_mode_than_the_key(ada, owner, stripe, monkeypatch):
    monkeypatch.setattr(connection, "_livemode", lambda _found: True)

    with pytest.raises(connection.BadKey, match="other mode"):
        save(owner)


def test_new_keys_replace_the_old_and_take_their_endpoint_away(ada, owner, stripe):
    first = save(owner)
    second = save(owner, "sk_live_ada_other1234")

    assert PaymentSettings.objects.count() == 1
    assert (second.mode, second.id) == ("live", first.id)
    assert stripe.account("ada", "test")["endpoints"] == []
    assert [e["id"] for e in stripe.account("ada", "live")["endpoints"]] == [second.endpoint_id]


def test_saving_the_same_keys_again_leaves_one_endpoint(ada, owner, stripe):
    save(owner)
    PaymentSettings.objects.update(endpoint_id="", webhook_secret_sealed="")  # as after a crash in between
    second = save(owner)

    assert [e["id"] for e in stripe.account()["endpoints"]] == [second.endpoint_id]


def test_without_an_answer_nothing_is_kept(ada, owner, stripe, settings):
    settings.STRIPE_RETRIES = 0
    stripe.control("fault", account="ada", status=503, times=-1)

    with pytest.raises(gateway.GatewayUnavailable):
        save(owner)

    assert not PaymentSettings.objects.exists()


def test_a_check_mends_an_endpoint_that_is_gone_and_notes_the_time(ada, owner, stripe):
    import datetime as dt

    saved = save(owner)
    stripe.control("reset")
    later = NOW + dt.timedelta(days=1)
    checked = connection.check(actor=owner, now=later)

    assert checked.checked_at == later
    assert checked.endpoint_id != saved.endpoint_id
    assert [e["id"] for e in stripe.account()["endpoints"]] == [checked.endpoint_id]
    assert connection.check(actor=owner, now=later).endpoint_id == checked.endpoint_id


def test_a_check_of_a_key_that_was_taken_back_says_so_and_changes_nothing(ada, owner, stripe):
    import datetime as dt

    save(owner)
    stripe.control("close", account="ada")

    with pytest.raises(connection.BadKey, match="does not accept"):
        connection.check(actor=owner, now=NOW + dt.timedelta(days=1))

    assert PaymentSettings.objects.get().checked_at == NOW


def test_a_new_main_address_gets_the_endpoint_moved_by_itself(ada, owner, stripe, settings):
    saved = save(owner)
    assert connection.keep_endpoint(now=NOW) is False
    settings.PUBLIC_PORT = 8443

    assert connection.keep_endpoint(now=NOW) is True

    [endpoint] = stripe.account()["endpoints"]
    assert endpoint["url"] == "http://ada.localhost:8443/payments/webhook/"
    assert PaymentSettings.objects.get().endpoint_id == endpoint["id"] != saved.endpoint_id


def test_where_no_endpoint_can_be_made_the_trail_is_not_filled_with_it(ada, owner, stripe):
    save(owner, "rk_test_ada_nowebhooks")

    assert connection.keep_endpoint(now=NOW) is False
    assert AuditEvent.objects.filter(verb="payments.checked").count() == 0


@pytest.mark.parametrize("more", [{"webhook_secret": SIGNING}, None])
def test_what_was_made_by_hand_and_what_cannot_be_looked_at_stays(ada, owner, stripe, more):
    saved = save(owner, **(more or {}))
    if more is None:
        stripe.control("close", account="ada")

    assert connection.keep_endpoint(now=NOW) is False
    assert PaymentSettings.objects.get().webhook_secret_sealed == saved.webhook_secret_sealed


def test_removing_forgets_the_keys_and_takes_the_endpoint_away(ada, owner, stripe):
    save(owner)
    connection.remove(actor=owner, now=NOW)

    assert not gateway.is_connected()
    assert stripe.account()["endpoints"] == []
    with pytest.raises(NotConnected):
        connection.remove(actor=owner, now=NOW)


def test_only_a_super_admin_changes_keys(ada, owner, stripe):
    finance = factories.staff_actor(factories.make_staff("finance"), "finance")

    for act in (lambda: save(finance), lambda: connection.remove(actor=finance, now=NOW), lambda: connection.check(actor=finance, now=NOW)):
        with pytest.raises(NotAllowed):
            act()
    assert not PaymentSettings.objects.exists()


def test_the_main_site_keeps_no_keys(main_site, stripe):
    with wall(main_site, "site"), pytest.raises(connection.UsesPlatforms):
        save(factories.staff_actor(factories.make_staff()))


# On screen


def fill(client, path="/office/payments/keys/", **values):
    return client.post(path, {"secret_key": SECRET, "publishable_key": "", "webhook_secret": SIGNING, **values})


def test_the_page_shows_that_keys_are_there_and_never_which(ada_site, stripe, staff_of, caplog):
    client, _ = staff_of("ada")
    assert "Stripe is not connected" in client.get("/office/payments/").content.decode()

    with caplog.at_level(logging.DEBUG):
        assert fill(client).status_code == 302
        pages = [client.get(path).content.decode() for path in ("/office/payments/", "/office/payments/keys/", "/office/audit/")]

    assert "•••• 9876" in pages[0]
    assert "Test mode" in pages[0]
    assert "canary" not in "".join(pages) + caplog.text


def test_refused_keys_are_not_written_back_into_the_form(ada_site, stripe, staff_of):
    client, _ = staff_of("ada")

    answer = fill(client, secret_key="sk_test_bad_canary999", webhook_secret="canaryNoSecret")

    assert answer.status_code == 422
    assert "canary" not in answer.content.decode()


def test_the_buttons_check_and_remove(ada_site, stripe, staff_of):
    client, _ = staff_of("ada")
    fill(client)

    client.post("/office/payments/check/")
    assert "Stripe takes the keys." in client.get("/office/payments/").content.decode()
    client.post("/office/payments/remove/")
    assert "Stripe is not connected" in client.get("/office/payments/").content.decode()


def test_finance_sees_and_does_not_touch(ada_site, stripe, staff_of):
    client, _ = staff_of("ada", "finance")

    page = client.get("/office/payments/").content.decode()

    assert "payments/keys/" not in page
    assert fill(client).status_code == 403


def test_the_console_keeps_the_platforms_keys_and_the_main_site_says_so(main_site, master_site, stripe, staff_of):
    console, _ = staff_of("master")
    assert fill(console, "/payments/keys/", secret_key="sk_test_platform_canary77", webhook_secret="").status_code == 302
    office, _ = staff_of("main")

    page = office.get("/office/payments/").content.decode()

    assert "Payments of this site go to the platform" in page
    assert "canary" not in page
    assert "ry77" not in page
    assert fill(office).status_code == 422
    [endpoint] = stripe.account("platform")["endpoints"]
    assert endpoint["url"] == "http://console.localhost/payments/webhook/"


def test_what_stripe_told_us_is_listed_and_handled_again_on_demand(ada_site, stripe, staff_of):
    from agents.payments.models import PaymentEvent
    from kernel.models import OutboxEvent

    with wall(ada_site, "site"):
        row = PaymentEvent.objects.create(
            event_id="evt_1", type="charge.refunded", object_id="pi_1", livemode=False, created_at=NOW, received_at=NOW,
            state="done",
        )  # fmt: skip
    client, _ = staff_of("ada")

    assert "charge.refunded" in client.get("/office/payments/messages/").content.decode()
    client.post("/office/payments/messages/", {"bulk": "again", "ids": [str(row.id)]})
    with wall(ada_site, "site"):
        assert OutboxEvent.objects.filter(topic="payments.event").count() == 1
