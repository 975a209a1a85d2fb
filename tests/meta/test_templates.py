"""Texts are submitted for a site, follow its domain, and rest when Meta says so."""

from __future__ import annotations

import re

import pytest

from kernel import crypto
from kernel.models import OutboxEvent
from messaging.meta import tasks, texts
from messaging.meta.choices import CATEGORY, Purpose
from messaging.meta.errors import NotConnected
from messaging.meta.models import Arrival, MessageTemplate, MetaAccount, Sender
from messaging.meta.queries import templates as of_templates
from messaging.meta.services import inbox, templates
from messaging.meta.services.client import Refused, Unknown
from tenants.models import Domain
from tenants.queries import sites
from tenants.walls import wall
from tests.factories import NOW
from tests.meta import cast


@pytest.fixture
def connected(whatsapp, ada_site):
    cast.make_account()
    cast.make_sender(ada_site)
    whatsapp.control("number", id=cast.number_id(ada_site))
    return ada_site


def rows(site):
    with wall(site, "site"):
        return {(row.purpose, row.language): row for row in MessageTemplate.objects.all()}


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_is_one_that_meta_takes(purpose, language):
    text = texts.text_of(purpose, language)
    variables = re.findall(r"\{\{(\d)\}\}", text.body)

    count = {Purpose.CODE: 1, Purpose.FESTIVAL: 5}.get(purpose, 4)
    assert variables == [str(place + 1) for place in range(count)]
    assert len(text.body) < 700
    assert len(text.footer) <= 60
    assert len(text.button) <= 25
    if CATEGORY[purpose] == "MARKETING":
        assert "STOP" in text.footer or "إيقاف" in text.footer
    if CATEGORY[purpose] == "UTILITY":
        assert not re.search(r"\b(gift|free|present|sale|discount|%)", text.body, re.I)


def test_a_sites_texts_are_submitted_in_both_languages_and_lead_to_its_own_domain(connected, whatsapp):
    assert templates.submit_missing(site=connected, now=NOW) == 24

    found = rows(connected)
    assert {row.status for row in found.values()} == {"APPROVED"}
    coupon = found["coupon", "ar"]
    at_meta = whatsapp.look("templates")[coupon.meta_id]
    parts = {part["type"]: part for part in at_meta["components"]}
    assert parts["HEADER"]["format"] == "IMAGE"
    assert parts["BODY"]["text"] == texts.text_of(Purpose.COUPON, "ar").body
    assert parts["BUTTONS"]["buttons"][0]["url"] == f"{sites.base_url(connected)}/c/{{{{1}}}}"
    assert found["coupon_text", "en"].category == "UTILITY"
    with wall(connected, "site"):
        assert found["code", "ar"] in of_templates.list_usable()


def test_submitting_again_submits_nothing(connected):
    templates.submit_missing(site=connected, now=NOW)

    assert templates.submit_missing(site=connected, now=NOW) == 0
    assert templates.sync(NOW) == 0


def test_another_main_domain_is_submitted_and_noticed(connected, master_site, whatsapp):
    templates.submit_missing(site=connected, now=NOW)
    with wall(connected, "site"):
        Domain.objects.filter(tenant=connected).update(is_primary=False)
        Domain.objects.create(
            tenant=connected, domain="offers.ada.example", is_primary=True, state="active", created_at=NOW
        )
    sites.forget()

    with wall(master_site, "master"):
        tasks.look_after.run()
        event = OutboxEvent.objects.get(topic=templates.SUBMIT)
        tasks.submit(event, NOW)

        assert templates.outdated(connected) is False
    coupon = rows(connected)["coupon", "en"]
    assert "offers.ada.example" in coupon.link_base
    assert "offers.ada.example" in str(whatsapp.look("templates")[coupon.meta_id]["components"])


def test_what_was_submitted_without_an_answer_is_found_again(connected, whatsapp):
    whatsapp.control("fault", cut=True, after=True, method="POST", path="message_templates")
    with pytest.raises(Unknown):
        templates.submit_missing(site=connected, now=NOW)

    assert templates.submit_missing(site=connected, now=NOW) == 23
    assert {row.status for row in rows(connected).values()} == {"APPROVED"}
    assert len(whatsapp.look("templates")) == 24


def test_a_refused_text_says_why_and_the_others_go_on(connected, whatsapp):
    whatsapp.control("fault", code=100, method="POST", path="message_templates")

    assert templates.submit_missing(site=connected, now=NOW) == 23

    refused = [row for row in rows(connected).values() if row.status == ""]
    assert [row.reason for row in refused] == ["100: (#100) Invalid parameter"]
    assert templates.sync(NOW) == 1


def test_texts_in_review_are_not_used_until_the_webhook_says_so(connected, master_site, whatsapp):
    whatsapp.control("switches", review="pending")
    templates.submit_missing(site=connected, now=NOW)
    row = rows(connected)["campaign", "en"]
    assert (row.status, row.is_usable) == ("PENDING", False)

    told(master_site, "message_template_status_update", event="APPROVED", message_template_id=int(row.meta_id))

    assert rows(connected)["campaign", "en"].is_usable
    assert not rows(connected)["campaign", "ar"].is_usable


@pytest.mark.parametrize("event", ["PAUSED", "DISABLED", "REJECTED"])
def test_a_text_that_meta_stops_rests_until_it_is_reinstated(connected, master_site, event):
    templates.submit_missing(site=connected, now=NOW)
    row = rows(connected)["campaign", "en"]

    told(
        master_site, "message_template_status_update", event=event, message_template_id=int(row.meta_id),
        reason="PROMOTIONAL",
    )  # fmt: skip
    stopped = rows(connected)["campaign", "en"]
    assert (stopped.status, stopped.reason) == (event, "PROMOTIONAL")

    told(master_site, "message_template_status_update", event="REINSTATED", message_template_id=int(row.meta_id))
    assert rows(connected)["campaign", "en"].is_usable


def test_another_category_is_noted(connected, master_site):
    templates.submit_missing(site=connected, now=NOW)
    row = rows(connected)["coupon", "en"]

    told(
        master_site, "template_category_update", message_template_id=int(row.meta_id), previous_category="UTILITY",
        new_category="MARKETING",
    )  # fmt: skip

    assert rows(connected)["coupon", "en"].category == "MARKETING"


def test_sync_mends_what_no_webhook_told(connected, whatsapp):
    templates.submit_missing(site=connected, now=NOW)
    found = rows(connected)
    whatsapp.control("template", id=found["recall", "en"].meta_id, status="PAUSED")
    with wall(connected, "site"):
        templates.pause(found["recall", "ar"].id, "132001", NOW)

    templates.sync(NOW)

    assert rows(connected)["recall", "en"].status == "PAUSED"
    assert rows(connected)["recall", "ar"].status == "APPROVED"


def test_a_dead_token_is_noted_while_submitting(connected, whatsapp, master_site):
    whatsapp.control("account", token="other")

    with pytest.raises(Refused):
        templates.submit_missing(site=connected, now=NOW)

    with wall(master_site, "master"):
        assert MetaAccount.objects.get().state == "token_dead"
    with pytest.raises(NotConnected):
        templates.sync(NOW)


def test_news_of_a_numbers_quality_makes_us_ask(connected, master_site, whatsapp):
    whatsapp.control("number", id=cast.number_id(connected), quality="RED", limit="TIER_10K", mps=1000)

    told(master_site, "phone_number_quality_update", event="FLAGGED", current_limit="TIER_10K")

    with wall(connected, "site"):
        sender = Sender.objects.get()
    assert (sender.quality, sender.users_per_day, sender.messages_per_second) == ("RED", 10_000, 1000)


def test_a_ban_is_mailed_to_the_console(connected, master_site, mailoutbox):
    from tests.factories import make_staff

    with wall(master_site, "master"):
        chief, _ = make_staff(), make_staff("viewer")
    told(master_site, "account_update", event="ACCOUNT_RESTRICTION")
    told(master_site, "account_update", event="VERIFIED_ACCOUNT")
    with wall(master_site, "master"):
        for event in OutboxEvent.objects.filter(topic="whatsapp.account_notice"):
            tasks.tell_of_account(event, NOW)

    assert [mail.to for mail in mailoutbox] == [[chief.email]]
    assert "ACCOUNT_RESTRICTION" in mailoutbox[0].body


_places = iter(range(1, 1000))


def told(master_site, name, **value):
    """One arrival of the console, handled."""
    import json

    text = json.dumps([[name, value]])
    with wall(master_site, "master"):
        row = Arrival.objects.create(
            site_id=master_site.id, digest=str(next(_places)).rjust(32).encode(), received_at=NOW,
            payload_sealed=crypto.seal(text, site_id=master_site.id, field=inbox.PAYLOAD),
        )  # fmt: skip
        event = OutboxEvent(topic=inbox.OF_ACCOUNT, payload={"arrival_id": str(row.id)})
        tasks.account_news(event, NOW)
        tasks.account_news(event, NOW)
        row.refresh_from_db()
    assert row.handled_at == NOW
