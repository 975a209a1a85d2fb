"""What the pages say of messages that wait."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.formats import date_format

from kernel import clock
from kernel.models import Job
from messaging.automations.models import Campaign
from messaging.automations.services import running
from messaging.meta.models import Sender
from messaging.meta.services import account
from messaging.services import pacing
from tenants.queries import sites
from tenants.walls import wall
from tests.automations.cast import campaign
from tests.automations.test_pages import ON, batch, born, make_batch, phone, text
from tests.factories import DAY
from tests.merchants.cast import browser, deliver

__all__ = ["batch", "phone"]
DAYS_AHEAD = dt.date(2026, 1, 1)


def number(**fields):
    with wall(sites.console(), "master"):
        Sender.objects.update(**fields)


def running_campaign(phone, batch, people=6, **fields):
    """One that began just now and has written to as many as it could."""
    for place in range(people):
        born(phone, DAYS_AHEAD, f"Nora {place}")
    with phone.at_site():
        one = campaign(phone, batch, scheduled_at=clock.now(), quiet_from=0, quiet_to=0, **fields)
        running.run(now=clock.now())
        while deliver("job.campaign.send", now=clock.now()):
            pass
        one.refresh_from_db()
    return one


@pytest.mark.parametrize("under_way", [False, True])
@pytest.mark.parametrize(
    ("limit", "cap", "words"),
    [(10, 2000, "waits for WhatsApp's daily limit: about 4 people a day"), (None, 5, "At most 5 a day"), (None, 6, "")],
)
def test_a_campaign_says_how_long_it_takes(phone, batch, limit, cap, words, under_way):
    number(users_per_day=limit)
    one = running_campaign(phone, batch, daily_cap=cap)
    if not under_way:
        with phone.at_site():
            one = campaign(phone, make_batch(phone), state="draft", daily_cap=cap)

    page = text(browser(phone.shop).get(f"/merchant/automations/campaigns/{one.id}/"))

    assert words in page
    assert ("through about" in page) == bool(words)


@pytest.mark.parametrize(
    ("cap", "ended", "follow", "tomorrow"), [(5, True, False, True), (5, False, True, False), (9, True, False, False)]
)
def test_a_campaign_under_way_shows_its_job_while_it_works(phone, batch, cap, ended, follow, tomorrow):
    """Five of six are queued: because the day is full, or with room that the next run uses."""
    one = running_campaign(phone, batch, daily_cap=5)
    with phone.at_site():
        Campaign.objects.update(daily_cap=cap)
        if not ended:
            Job.objects.update(state="running")

    page = text(browser(phone.shop).get(f"/merchant/automations/campaigns/{one.id}/"))

    assert "5 of 6 messages are queued." in page
    assert ("Follow it" in page, "it goes on tomorrow" in page) == (follow, tomorrow)


def preview(phone, batch, kind="birthday", **said):
    said = {**ON, "act": "preview", "batch": str(batch.id), "days_before": "0", **said}
    return text(browser(phone.shop).post(f"/merchant/automations/{kind}/", said))


def soon(days):
    return clock.local_date(clock.now(), "Asia/Riyadh") + days * DAY


def test_an_automation_says_it_too(phone, batch):
    number(users_per_day=4)
    for _ in range(3):
        born(phone, soon(3))

    page = preview(phone, batch, days_before="3")

    assert "waits for WhatsApp's daily limit: about 1 people a day" in page
    assert "in time" not in page


@pytest.mark.parametrize(
    ("limit", "cap", "words"),
    [(4, "200", "By WhatsApp's daily limit only about 1 of 3 can be reached in time: begin earlier."),
     (None, "1", "Only about 1 of 3 can be reached in time: raise “At most a day”, or begin earlier.")],
)  # fmt: skip
def test_an_automation_promises_nobody_what_comes_too_late(phone, batch, limit, cap, words):
    number(users_per_day=limit)
    for _ in range(3):
        born(phone, soon(5))

    page = preview(phone, batch, daily_cap=cap)

    assert words in page
    assert "through about" not in page
    assert "Among them" not in page, "nobody can say who they are"
    figures = [int(part.split("</dd>")[0]) for part in page.split('<dd class="num text-2xl font-semibold">')[1:4]]
    assert figures == [0, 1, 1], "due now, in the next 30 days, credits needed"
    assert '<span>Not reached in time</span><span class="num">2</span>' in page


def test_an_automation_counts_no_day_after_its_batch(phone):
    for days in (1, 9):
        born(phone, soon(days))
    short = make_batch(phone, claim_until=clock.end_of_day(soon(3), "Asia/Riyadh"))

    page = preview(phone, short)

    assert f"This batch ends on {date_format(soon(3), 'j F Y')}: until then only about 1 of 2 get it." in page
    assert "raise “At most a day”" not in page


def test_who_is_left_over_follows_only_while_there_is_time(phone):
    client = browser(phone.shop)
    said = [
        text(client.get(f"/merchant/automations/{kind}/"))
        for kind in ("birthday", "festival", "reminder", "recall", "campaigns/new")
    ]

    assert ["on the next days, while there is time." in page for page in said] == [True] * 3 + [False] * 2
    assert ["follows on the next days." in page for page in said] == [False] * 3 + [True] * 2


def test_a_number_that_rests_is_said_everywhere(phone, batch):
    with phone.at_site():
        draft = campaign(phone, batch, state="draft")
    client = browser(phone.shop)
    pages = (
        "/merchant/automations/",
        "/merchant/automations/birthday/",
        f"/merchant/automations/campaigns/{draft.id}/",
    )
    said = []

    for state in ("paused", "on"):
        number(state=state, rests_until=clock.now() + pacing.REST)  # of seconds nobody hears
        said.append(["greetings whose day is over by then are left out" in text(client.get(page)) for page in pages])
    with phone.at_site():
        account.token_died(clock.now())
    said.append(["WhatsApp rests on this site" in text(client.get(page)) for page in pages])

    assert said == [[True] * 3, [False] * 3, [True] * 3]
