"""The figures of an automation or campaign tie up, and each leads to exactly its messages."""

from __future__ import annotations

import re

import pytest

from kernel import clock
from messaging.automations.models import Occasion
from messaging.choices import State
from messaging.models import Message
from tests import factories
from tests.automations.cast import automation, campaign, run, work
from tests.automations.test_pages import batch, make_batch, phone, text
from tests.factories import DAY
from tests.merchants.cast import browser, deliver
from tests.messaging.test_results import become, gift

__all__ = ["batch", "phone"]
FIGURE = re.compile(r'<dt[^>]*>([^<]+)</dt><dd class="num[^>]*>(?:<a class="link" href="([^"]+)">)?([\d,]+)')
OWN = {"Recipients", "Sent", "On the way", "Outcome unknown", "Failed", "Taken back", "Delivered", "Read", "Coupons given", "Redeemed",
       "Credits used"}  # fmt: skip


def figures(page):
    found = {label: (int(number), url.replace("&amp;", "&")) for label, url, number in FIGURE.findall(page)}
    return {label: value for label, value in found.items() if label in OWN}


def every_state(phone, source_id):
    """A message of it in every state, one that another followed, and one of something else."""
    with phone.at_site():
        phone.top_up(10)
        coupons = phone.batch(20)
        for state in State:
            become(gift(phone, coupons, source_id), state)
        followed = gift(phone, coupons, source_id)
        become(followed, State.FAILED)
        Message.objects.filter(id=followed.id).update(error="sent_anew")
        gift(phone, coupons, factories.uuid.uuid4())
        Message.objects.update(created_at=clock.now())


@pytest.mark.parametrize("kind", ["birthday", "campaign"])
def test_each_figure_is_the_number_of_messages_it_leads_to(phone, batch, kind):
    with phone.at_site():
        row = campaign(phone, batch, state="running", started_at=clock.now()) if kind == "campaign" else automation(
            phone, batch=batch
        )  # fmt: skip
    every_state(phone, row.id)
    client = browser(phone.shop)

    url = f"/merchant/automations/campaigns/{row.id}/" if kind == "campaign" else "/merchant/automations/birthday/"
    found = figures(text(client.get(url)))

    numbers = {label: number for label, (number, _url) in found.items()}
    assert numbers.pop("Credits used") == 3
    assert numbers == {
        "Recipients": 9, "Sent": 3, "On the way": 3, "Outcome unknown": 1, "Failed": 1, "Taken back": 1,
        "Delivered": 2, "Read": 1, "Coupons given": 3, "Redeemed": 0,
    }  # fmt: skip
    for label, (number, where) in found.items():
        if number:
            assert client.get(where).context["total"] == number, label


def test_an_automations_figures_are_of_the_chosen_period(phone, batch):
    with phone.at_site():
        row = automation(phone, batch=batch)
    every_state(phone, row.id)
    with phone.at_site():
        old = Message.objects.filter(automation_id=row.id, state="read")
        old.update(created_at=clock.now() - 45 * DAY)
    client = browser(phone.shop)
    recipients = {}

    for period in ("", "30", "90", "365", "all", "nonsense"):
        for page in ("birthday/", ""):
            found = figures(text(client.get(f"/merchant/automations/{page}?period={period}")))
            recipients[period, page] = found["Recipients" if page else "Sent"][0]

    assert recipients == {
        (period, page): (8 if short else 9) if page else (2 if short else 3)
        for period, short in {"": True, "30": True, "90": False, "365": False, "all": False, "nonsense": True}.items()
        for page in ("birthday/", "")
    }


def test_who_was_left_out_is_said_with_the_reason(phone):
    coupons = make_batch(phone)
    with phone.at_site():
        one = campaign(phone, coupons, scheduled_at=clock.now())
        phone.customer()
        phone.customer(agrees=False)
        phone.customer(agrees=False)
        phone.taken(coupons, phone.customer())
        work(clock.now())
        Occasion.objects.create(
            merchant=phone.shop.merchant, campaign=one, customer=phone.customer(), key="x", at=clock.now(),
            skipped="has_coupon",
        )  # fmt: skip
        one.refresh_from_db()

    page = text(browser(phone.shop).get(f"/merchant/automations/campaigns/{one.id}/"))

    assert one.left_out == {"no_optin": 2, "has_coupon": 1}
    left = dict(re.findall(r'<span>([^<]+)</span><span class="num">(\d+)</span>', page))
    assert left == {"Did not agree to messages": "2", "Has a coupon of this batch": "2"}


def test_an_automation_says_whom_it_passed_over(phone, batch):
    with phone.at_site():
        row = automation(phone, batch=batch)
        for days in (0, 45):
            Occasion.objects.create(
                merchant=phone.shop.merchant, automation=row, customer=phone.customer(), key=f"birthday:{days}",
                at=clock.now() - days * DAY, skipped="not_wanted",
            )  # fmt: skip
        run(clock.now())
    client = browser(phone.shop)

    said = [
        re.findall(r"Wants no messages any more</span><span class=\"num\">(\d+)", text(client.get(
            f"/merchant/automations/birthday/?period={period}")))
        for period in ("30", "90")
    ]  # fmt: skip

    assert said == [["1"], ["2"]]


def test_pause_and_cancel_say_how_many_wait_and_were_taken_back(phone, batch):
    with phone.at_site():
        one = campaign(phone, batch, state="running", started_at=clock.now())
        for _ in range(2):
            gift(phone, phone.batch(), one.id)
    client = browser(phone.shop)
    url = f"/merchant/automations/campaigns/{one.id}/"

    running = text(client.get(url))
    paused = text(client.post(f"{url}pause/", follow=True))
    cancelled = text(client.post(f"{url}cancel/", follow=True))
    with phone.at_site():
        deliver("automation.called_off", now=clock.now())
    after = text(client.get(url))

    assert "2 messages wait now." in running
    assert "2 messages wait in the queue." in paused
    assert "2 messages that were not sent yet are being taken back." in cancelled
    assert "2 messages were taken back before they were sent" in after
