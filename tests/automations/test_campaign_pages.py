"""Campaigns on screen: from draft to scheduled and back, to a tag, and what is said of a beginning."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from kernel import clock
from merchants.services import tags
from messaging.automations.models import Campaign
from tests.automations.test_pages import CAMPAIGN, NEW, batch, born, phone, text
from tests.merchants.cast import browser

__all__ = ["batch", "phone"]


def test_a_campaign_from_draft_to_scheduled_to_cancelled(phone, batch):
    client = browser(phone.shop)
    born(phone, dt.date(2026, 1, 1), "Nora Reader")
    said = {
        "name": "Spring", "batch": str(batch.id), "scheduled_at": "2031-05-01T10:00", "daily_cap": "50",
        "quiet_from": "21", "quiet_to": "9", "seen_within": "", "away_for": "", "claimed": "", "redeemed": "",
        "language": "",
    }  # fmt: skip

    page = client.post("/merchant/automations/campaigns/new/", said)["Location"]
    draft = text(client.get(page))
    client.post(f"{page}schedule/")
    with phone.at_site():
        scheduled = Campaign.objects.get()
    late = client.post(f"{page}edit/", said)
    client.post(f"{page}cancel/")

    assert "Nora Reader" in draft
    assert "Schedule for up to 1 credit<" in draft
    assert scheduled.state == "scheduled"
    assert scheduled.scheduled_at == dt.datetime(2031, 5, 1, 7, 0, tzinfo=dt.UTC)
    assert "Only a draft can be changed" in text(late)
    with phone.at_site():
        assert Campaign.objects.get().state == "cancelled"
    assert "Spring" in text(client.get("/merchant/automations/campaigns/"))


def test_a_segment_that_holds_nobody_is_refused(phone, batch):
    answer = browser(phone.shop).post(
        "/merchant/automations/campaigns/new/",
        {"name": "Never", "batch": str(batch.id), "daily_cap": "50", "quiet_from": "21", "quiet_to": "9",
         "seen_within": "7", "away_for": "30"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "Nobody can be both" in text(answer)


def tag(phone, customer, *given):
    with phone.shop.open():
        tags.put(
            merchant=phone.shop.merchant, customer_id=customer.id, tags=given, actor=phone.shop.owner, now=clock.now()
        )


def test_a_campaign_to_a_tag_previews_who_carries_it(phone, batch):
    client = browser(phone.shop)
    nora, _carl = born(phone, dt.date(2026, 1, 1), "Nora Reader"), born(phone, dt.date(2026, 1, 1), "Carl Customer")
    form = "/merchant/automations/campaigns/new/"
    said = {"name": "Gold", "batch": str(batch.id), "daily_cap": "50", "quiet_from": "21", "quiet_to": "9"}
    assert 'name="tags"' not in text(client.get(form))
    tag(phone, nora, "زبون دائم", "VIP")

    page = client.post(form, {**said, "tags": ["زبون دائم", "VIP"]})["Location"]
    draft = text(client.get(page))

    assert 'name="tags" value="VIP"' in text(client.get(form))
    assert "Nora Reader" in draft
    assert "Carl Customer" not in draft
    assert "VIP, زبون دائم" in draft or "زبون دائم, VIP" in draft
    assert "Schedule for up to 1 credit<" in draft
    assert client.post(form, {**said, "tags": ["Unknown"]}).status_code == 422


def test_a_tag_that_nobody_carries_any_more_is_said_and_stays_in_the_draft(phone, batch):
    client = browser(phone.shop)
    nora = born(phone, dt.date(2026, 1, 1), "Nora Reader")
    tag(phone, nora, "VIP")
    said = {"name": "Gold", "batch": str(batch.id), "daily_cap": "50", "quiet_from": "21", "quiet_to": "9"}
    page = client.post("/merchant/automations/campaigns/new/", {**said, "tags": ["VIP"]})["Location"]
    assert "any more" not in text(client.get(page))

    tag(phone, nora, "Late")
    draft, form = text(client.get(page)), text(client.get(f"{page}edit/"))

    assert "Nobody carries the tag VIP any more" in draft
    assert "Schedule for up to 0 credits" in draft
    assert "VIP (nobody)" in form
    assert re.search(r'value="VIP" checked', form)

    tag(phone, nora, "vip")
    assert "any more" not in text(client.get(page))
    assert re.search(r'value="vip" checked', text(client.get(f"{page}edit/")))


def test_a_time_that_has_passed_is_said_at_its_field(phone, batch):
    answer = browser(phone.shop).post(NEW, {**CAMPAIGN, "batch": str(batch.id), "scheduled_at": "2025-05-01T10:00"})

    assert answer.status_code == 422
    assert "This time has passed already" in text(answer)
    with phone.at_site():
        assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"), [("2031-05-01T10:00", "It begins on 1 May 2031, 10:00 (Asia/Riyadh), and 1 customer gets it"),
                         ("", "It begins at once, and 1 customer gets it")],
)  # fmt: skip
def test_the_confirmation_says_when_and_to_how_many(phone, batch, typed, words):
    born(phone, dt.date(2026, 1, 1))
    client = browser(phone.shop)

    page = client.post(NEW, {**CAMPAIGN, "batch": str(batch.id), "scheduled_at": typed})["Location"]

    assert words in text(client.get(page))


def test_a_scheduled_one_goes_back_to_draft_and_is_copied(phone, batch):
    client = browser(phone.shop)
    page = client.post(NEW, {**CAMPAIGN, "batch": str(batch.id), "scheduled_at": "2031-05-01T10:00"})["Location"]
    draft = text(client.get(page))
    client.post(f"{page}schedule/")
    scheduled = text(client.get(page))

    back = text(client.post(f"{page}unschedule/", follow=True))
    copied = client.post(f"{page}copy/")

    assert "Back to draft" not in draft
    assert "Back to draft" in scheduled
    assert "It is a draft again." in back
    with phone.at_site():
        made = Campaign.objects.get(name="Copy of Spring")
        assert Campaign.objects.filter(state="draft").count() == 2
    assert copied["Location"] == f"/merchant/automations/campaigns/{made.id}/edit/"
