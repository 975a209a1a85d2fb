"""What the pages say of messages that wait for the end of the quiet hours."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest

from kernel import clock
from messaging.models import Message
from tests.automations.cast import campaign
from tests.automations.test_pages import CAMPAIGN, NEW, batch, born, phone, text
from tests.automations.test_waiting_pages import running_campaign
from tests.factories import DAY
from tests.merchants.cast import browser

__all__ = ["batch", "phone"]
RIYADH = ZoneInfo("Asia/Riyadh")
SAID = "Quiet hours: messages go out from {:02}:00, by the clock where the customer is."


def hours(begins, ends, at=None):
    """Quiet from so many hours after now until so many, by the clock of Riyadh."""
    hour = (at or clock.now()).astimezone(RIYADH).hour
    return {"quiet_from": (hour + begins) % 24, "quiet_to": (hour + ends) % 24}


def page_of(phone, one):
    return text(browser(phone.shop).get(f"/merchant/automations/campaigns/{one.id}/"))


@pytest.mark.parametrize(("begins", "ends", "times"), [(-1, 3, 2), (4, 9, 0), (0, 0, 0)])
def test_a_draft_says_on_its_page_and_in_the_dialog_that_it_begins_in_quiet_hours(phone, batch, begins, ends, times):
    born(phone, dt.date(2026, 1, 1))
    quiet = hours(begins, ends)
    client = browser(phone.shop)

    made = client.post(NEW, {**CAMPAIGN, **quiet, "batch": str(batch.id), "scheduled_at": ""})["Location"]
    page = text(client.get(made))

    assert page.count(SAID.format(quiet["quiet_to"])) == times
    fact = "Never" if begins == ends else f"{quiet['quiet_from']:02}:00 – {quiet['quiet_to']:02}:00"
    assert re.search(rf"Quiet hours</dt>\s*<dd[^>]*>{fact}</dd>", page)


@pytest.mark.parametrize(("begins", "ends", "said"), [(-1, 3, True), (4, 9, False)])
def test_what_is_scheduled_goes_by_the_hour_at_which_it_begins(phone, batch, begins, ends, said):
    at = clock.now() + DAY + dt.timedelta(hours=6)
    with phone.at_site():
        one = campaign(phone, batch, scheduled_at=at, **hours(begins, ends, at))

    assert (SAID.format(one.quiet_to) in page_of(phone, one)) == said


def waiting_campaign(phone, batch, **fields):
    """One under way whose two messages wait in the queue."""
    one = running_campaign(phone, batch, people=2)
    with phone.at_site():
        Message.objects.update(**{**fields, "quiet_zone": "Asia/Riyadh"})
        type(one).objects.update(**fields)
    return one


@pytest.mark.parametrize(("begins", "ends", "said"), [(-1, 3, True), (4, 9, False)])
def test_a_campaign_under_way_says_why_nothing_goes_out(phone, batch, begins, ends, said):
    quiet = hours(begins, ends)
    one = waiting_campaign(phone, batch, **quiet)

    assert (SAID.format(quiet["quiet_to"]) in page_of(phone, one)) == said


def test_a_campaign_goes_by_its_customers_clocks_and_is_silent_once_nothing_waits(phone, batch):
    quiet = hours(-1, 3)
    one = waiting_campaign(phone, batch, **quiet)
    with phone.at_site():
        Message.objects.update(quiet_zone="Pacific/Honolulu")  # 13 hours behind: day there
    abroad = page_of(phone, one)
    with phone.at_site():
        Message.objects.update(quiet_zone="Asia/Riyadh", state="accepted")

    assert "Quiet hours: messages" not in abroad
    assert "Quiet hours: messages" not in page_of(phone, one)


def message_page(phone, language="en", **fields):
    with phone.at_site():
        Message.objects.update(**fields)
        one = Message.objects.first()
    client = browser(phone.shop)
    client.cookies["language"] = language
    return text(client.get(f"/merchant/messages/{one.id}/"))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Waits for {:02}:00 where the customer is: quiet hours."), ("ar", "تنتظر حتى {:02}:00 عند العميل")],
)
def test_a_queued_message_says_until_when_it_waits_and_why(phone, batch, language, words):
    quiet = hours(-1, 3)
    waiting_campaign(phone, batch, **quiet)

    queued = message_page(phone, language)
    sent = message_page(phone, language, state="sent", sent_at=clock.now())

    words = words.format(quiet["quiet_to"])
    assert (words in queued, words in sent) == (True, False)


def test_a_message_that_is_put_off_for_something_else_is_due_then_and_blames_no_quiet_hours(phone, batch):
    waiting_campaign(phone, batch, **hours(-1, 3))
    soon = clock.now() + dt.timedelta(hours=6)

    later = message_page(phone, due_at=soon)
    other = message_page(phone, due_at=soon, quiet_zone="")
    now = message_page(phone, due_at=clock.now(), quiet_zone="")

    assert ["Due at" in page for page in (later, other, now)] == [True, True, False]
    assert "Waits for" not in later + other + now


def test_a_message_that_is_due_in_quiet_hours_waits_for_their_end(phone, batch):
    quiet = hours(2, 6)
    waiting_campaign(phone, batch, **quiet)

    page = message_page(phone, due_at=clock.now() + dt.timedelta(hours=4))

    assert f"Waits for {quiet['quiet_to']:02}:00 where the customer is" in page
