from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import AuditEvent
from kernel.models import OutboxEvent
from messaging.meta.choices import Purpose
from messaging.meta.errors import NotConnected, TokenDead
from messaging.meta.models import MessageTemplate, MetaAccount, Sender
from messaging.meta.queries import senders as of_senders
from messaging.meta.queries import templates as of_templates
from messaging.meta.services import account, senders, templates
from messaging.meta.web import senders as pages
from tenants.models import Site
from tenants.walls import wall
from tests.factories import DAY, NOW
from tests.meta import cast

HOUR = dt.timedelta(hours=1)


def test_without_a_sender_a_sites_whatsapp_is_off(ada_site, bob_site):
    cast.make_sender(bob_site)

    with wall(ada_site, "site"):
        assert of_senders.mine() is None
        assert of_senders.is_on() is False
    with wall(bob_site, "site"):
        assert of_senders.mine().site_id == bob_site.id
        assert of_senders.is_on() is True


def test_a_paused_sender_keeps_its_queue_and_sends_nothing_until_its_time(ada_site):
    sender = cast.make_sender(ada_site)

    with wall(ada_site, "site"):
        senders.pause(sender.id, "131048", NOW + HOUR, NOW)
        found = of_senders.mine()

        assert of_senders.is_on() is True
        assert (found.state, found.pause_reason) == ("paused", "131048")
        assert found.sends(NOW) is False
        assert found.sends(NOW + HOUR) is True
        assert AuditEvent.objects.get().verb == "sender.paused"
        assert OutboxEvent.objects.get().topic == senders.PAUSED


def test_a_pause_is_only_made_longer_and_told_once_for_each(ada_site):
    sender = cast.make_sender(ada_site)

    with wall(ada_site, "site"):
        senders.pause(sender.id, "first", NOW + 2 * HOUR, NOW)
        senders.pause(sender.id, "shorter", NOW + HOUR, NOW)
        assert of_senders.mine().pause_reason == "first"
        senders.pause(sender.id, "for good", None, NOW)
        senders.pause(sender.id, "again", NOW + HOUR, NOW)

        assert of_senders.mine().pause_reason == "for good"
        assert of_senders.mine().sends(NOW + 1000 * HOUR) is False
        assert OutboxEvent.objects.count() == 2


def test_a_resumed_sender_sends(ada_site):
    sender = cast.make_sender(ada_site)

    with wall(ada_site, "site"):
        senders.pause(sender.id, "spam", None, NOW)
        senders.resume(sender.id, NOW)

        assert of_senders.mine().sends(NOW) is True
        assert of_senders.mine().pause_reason == ""


def test_a_site_changes_the_state_of_its_own_sender_and_nothing_else(ada_site, bob_site):
    mine, other = cast.make_sender(ada_site), cast.make_sender(bob_site)

    with wall(ada_site, "site"):
        assert list(Sender.objects.all()) == [mine]
        with pytest.raises(Sender.DoesNotExist):
            senders.pause(other.id, "x", None, NOW)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Sender.objects.filter(id=mine.id).update(phone_number_id="1")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Sender.objects.filter(id=mine.id).delete()


@pytest.mark.parametrize("level", ["site", "visitor"])
def test_no_site_reads_the_platforms_token(ada_site, level):
    cast.make_account()

    with wall(ada_site, level), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        MetaAccount.objects.first()


def test_merchants_and_visitors_have_no_right_to_any_of_it(ada_site):
    with wall(ada_site, "visitor"):
        for table in ("meta_metaaccount", "meta_sender", "meta_messagetemplate", "meta_arrival"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(f"SELECT 1 FROM {table}")


def test_a_client_is_had_at_any_level_of_a_site(ada_site):
    with wall(ada_site, "site"):
        with pytest.raises(NotConnected):
            account.client()
        cast.make_account()
        assert "canary" not in repr(account.client())
        assert "canary" not in repr(account.opened())
        assert account.opened().token == cast.TOKEN


def test_a_dead_token_stops_everybody_and_is_told_once(ada_site, master_site):
    cast.make_account()

    with wall(ada_site, "site"):
        account.token_died(NOW)
        account.token_died(NOW)
        with pytest.raises(TokenDead):
            account.client()
    with wall(master_site, "master"):
        assert OutboxEvent.objects.filter(topic=account.TOKEN_DIED).count() == 1
        assert AuditEvent.objects.get().verb == "whatsapp.token_died"


def test_the_refusal_of_the_token_before_leaves_the_new_one_alive(ada_site, master_site):
    """A round was under way with the old one when the new one was saved."""
    cast.make_account()
    with wall(master_site, "master"):
        saved_at = MetaAccount.objects.get().saved_at
    with wall(ada_site, "site"):
        account.token_died(NOW, asked_at=saved_at - DAY)
        assert account.client()
        account.token_died(NOW, asked_at=saved_at + DAY)
        with pytest.raises(TokenDead):
            account.client()


def test_a_text_that_rests_is_no_longer_usable_on_its_own_site(ada_site, bob_site):
    cast.make_templates(ada_site)
    cast.make_templates(bob_site)

    def usable(site):
        with wall(site, "site"):
            return set(of_templates.list_usable().filter(purpose=Purpose.COUPON).values_list("language", flat=True))

    with wall(ada_site, "site"):
        templates.pause(MessageTemplate.objects.get(site_id=ada_site.id, purpose=Purpose.COUPON, language="ar").id, "", NOW)

    assert (usable(ada_site), usable(bob_site)) == ({"en"}, {"en", "ar"})


@pytest.mark.parametrize(
    ("shown", "sender_name", "warned"),
    [("Ada  DEALS", "", False), ("Ada Coupons", "Ada Coupons", False), ("", "", False), ("Palm Café", "", True)],
)
def test_a_number_whose_name_is_another_than_the_sites_is_warned_of(
    ada_site, staff_of, monkeypatch, shown, sender_name, warned
):
    sender = cast.make_sender(ada_site, display_name=shown)
    its_site = Site(name="Ada Deals", sender_name=sender_name)
    monkeypatch.setattr(pages, "sites", SimpleNamespace(get_site=lambda _id: its_site))

    page = staff_of("master")[0].get(f"/whatsapp/numbers/{sender.id}/").content.decode()

    assert ("Customers read another name" in page) is warned
    assert ("coming from “Palm Café”, but the site calls itself “Ada Deals”" in page) is warned
