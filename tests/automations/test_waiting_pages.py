"""What the pages say of messages that wait."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from messaging.automations.services import running
from messaging.meta.models import Sender
from tenants.queries import sites
from tenants.walls import wall
from tests.automations.cast import campaign
from tests.automations.test_pages import ON, batch, born, make_batch, phone, text
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


def test_an_automation_says_it_too(phone, batch):
    number(users_per_day=4)
    today = clock.local_date(clock.now(), "Asia/Riyadh")
    for _ in range(3):
        born(phone, today)

    answer = browser(phone.shop).post(
        "/merchant/automations/birthday/", {**ON, "act": "preview", "batch": str(batch.id), "days_before": "0"}
    )

    assert "waits for WhatsApp's daily limit: about 1 people a day" in text(answer)


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
        number(state=state)
        said.append(["WhatsApp rests on this site" in text(client.get(page)) for page in pages])

    assert said == [[True] * 3, [False] * 3]
