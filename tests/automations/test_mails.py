"""Why something paused, by mail: once, to the owner, with what can be done about it."""

from __future__ import annotations

import datetime as dt

import pytest

from messaging.automations.services import pausing
from tests.automations.cast import automation, campaign
from tests.factories import NOW
from tests.merchants.cast import deliver
from tests.messaging.cast import JOB


@pytest.mark.parametrize(
    ("reason", "words", "path"),
    [("no_credits", "no WhatsApp BI credits left", "/merchant/buy/"),
     ("no_coupons", "has none left", "/merchant/automations/birthday/"),
     ("not_drawn", "or resume it to try once more", "/merchant/automations/birthday/"),
     ("template", "does not allow the text", "/merchant/automations/birthday/")],
)  # fmt: skip
def test_the_owner_is_told_by_mail_why_it_paused_and_what_to_do(phone, mailoutbox, reason, words, path):
    one = automation(phone)
    pausing.pause(one, reason, actor=JOB, now=NOW)

    deliver("automation.paused")

    (mail,) = mailoutbox
    assert "Birthdays" in mail.subject
    assert words in mail.body
    assert path in mail.body


@pytest.mark.parametrize(
    ("reason", "words", "path"),
    [("no_credits", "goes on by itself", "/merchant/buy/"),
     ("no_coupons", "or cancel it and plan another", "/merchant/automations/campaigns/"),
     ("not_drawn", "plan another with another batch", "/merchant/automations/campaigns/"),
     ("template", "goes on by itself once the text is approved", "/merchant/automations/campaigns/")],
)  # fmt: skip
def test_the_mail_of_a_campaign_says_what_can_be_done_about_it(phone, mailoutbox, reason, words, path):
    pausing.pause_campaign(campaign(phone), reason, actor=JOB, now=NOW)

    deliver("campaign.paused")

    (mail,) = mailoutbox
    assert "Spring" in mail.subject
    assert words in mail.body
    assert "switch it on" not in mail.body
    assert path in mail.body


def test_the_same_reason_is_told_once_a_day(phone, mailoutbox):
    one = automation(phone)
    told = []
    for hours, reason in ((0, "no_credits"), (5, "no_credits"), (6, "no_coupons"), (31, "no_coupons")):
        now = NOW + dt.timedelta(hours=hours)
        pausing.pause(one, reason, actor=JOB, now=now)
        deliver("automation.paused", now=now)
        pausing.resume(automation=one, actor=JOB, now=now)
        told.append(len(mailoutbox))

    assert told == [1, 1, 2, 3]


def test_no_mail_for_what_a_person_paused_or_what_goes_on_again(phone, mailoutbox):
    one = automation(phone)
    pausing.pause_by_hand(automation=one, actor=phone.shop.owner, now=NOW)
    pausing.resume(automation=one, actor=phone.shop.owner, now=NOW)
    pausing.pause(one, "no_credits", actor=JOB, now=NOW)
    pausing.resume(automation=one, actor=JOB, now=NOW)

    deliver("automation.paused", limit=5)

    assert mailoutbox == []
