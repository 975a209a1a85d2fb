"""Birthdays as people see them: agree with a coupon, be greeted the day before, say STOP, and hear no more.

One test, because each step stands on the one before; it says where it is by the name of the helper that fails.
"""

from __future__ import annotations

import datetime as dt
import re

import pytest

from kernel import clock
from tests.journeys import steps
from tests.journeys.steps_phone import received, stand_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

HOST, OFFER, ZONE = "main", "Large for the price of medium", "Asia/Riyadh"
# The stand-in fails the last one after accepting it: nobody of that number is on WhatsApp.
NORA, OMAR, GONE, SAMI = "531000001", "531000002", "535558026", "531000003"


def test_from_a_tick_to_a_greeting_and_a_stop(platform, new_page, sign_in):
    mona = new_page()
    sign_in(mona, HOST, "mona@cafe.example")
    pause_all(mona, platform)
    steps.wait_for(lambda: the_demo_is_done(mona, platform), seconds=150)
    tomorrow = clock.local_date(clock.now(), ZONE) + dt.timedelta(days=1)
    people = ((NORA, "Nora Journey", True), (OMAR, "Omar Journey", True), (GONE, "Gone Journey", True),
              (SAMI, "Sami Journey", False))  # fmt: skip
    for phone, name, agrees in people:
        take_a_coupon(
            new_page(width=390, height=844), platform, phone, name, tomorrow.replace(year=1992), agrees=agrees
        )

    before, was = bi_credits(mona, platform), figures(mona, platform)
    due = set_birthdays(mona, platform)
    steps.wait_for(lambda: settled(mona, platform, was, due), seconds=60)

    now = figures(mona, platform)
    assert now["Failed"] - was["Failed"] == 1
    assert now["Delivered"] - was["Delivered"] == due - 1
    assert now["Credits used"] - was["Credits used"] == due - 1
    assert before - bi_credits(mona, platform) == due - 1
    assert len(greetings(platform, NORA)) == 1
    assert greetings(platform, SAMI) == []

    steps.manage(platform, "run_automations")
    assert len(greetings(platform, NORA)) == 1

    reply(new_page(), platform, NORA, "STOP")
    steps.wait_for(lambda: "Stopped by the customer" in register(mona, platform, "Nora Journey"), seconds=30)
    preview_a_tag(mona, platform, "Omar Journey")
    send_a_campaign(mona, platform)
    steps.wait_for(lambda: len(greetings(platform, OMAR)) == 2, seconds=60)
    assert len(greetings(platform, NORA)) == 1
    steps.ledger_proves(platform)


def the_demo_is_done(page, platform):
    """Whether the messages that the demo itself sets off are out, its campaign's last of all."""
    page.goto(platform.url(HOST, "/merchant/automations/campaigns/"))
    page.locator("main").get_by_role("link", name="A latte for our regulars").first.click()
    page.get_by_text("What came of it").wait_for()
    return figures_on(page)["On the way"] == 0


def settled(page, platform, was, due):
    """Whether every greeting of today arrived or failed."""
    now = figures(page, platform)
    over = sum(now[name] - was[name] for name in ("Delivered", "Failed"))
    return now["On the way"] == 0 and over == due


def take_a_coupon(page, platform, phone, name, birthday, *, agrees):
    """On the coupon centre; the box is there, unticked, and the coupon is the same without it."""
    page.goto(platform.url(HOST, "/?q=Large"))
    page.get_by_text(OFFER).first.click()
    page.wait_for_url(re.compile(r"/b/"))
    page.goto(f"{page.url}/claim")
    with page.expect_response("**/claim/details"):  # what the page asks besides depends on the number
        page.locator("input[type=tel]").first.fill(phone)
        page.locator("input[type=tel]").first.press("Tab")
    page.locator("[name=name]").fill(name)
    page.locator("[name=birthday]").fill(birthday.isoformat())
    box = page.locator("[name=agrees]")
    assert not box.is_checked()
    if agrees:
        box.check()
    steps.submit(page)
    page.wait_for_url(re.compile(r"/c/", re.IGNORECASE))


def set_birthdays(page, platform):
    """The day before, at any hour; how many are due, as the preview says it."""
    page.goto(platform.url(HOST, "/merchant/automations/birthday/"))
    page.locator("[name=days_before]").fill("1")
    for name in ("quiet_from", "quiet_to"):
        page.locator(f"[name={name}]").select_option("0")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Nora Journey").wait_for()
    assert not page.get_by_text("Sami Journey").count()
    due = int(page.locator("dt", has_text="Due now").locator("xpath=following-sibling::dd").inner_text())
    assert due >= 3
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(platform.url(HOST, "/merchant/automations/"))
    page.locator("form[action$='/birthday/resume/'] button").click()  # what is paused by hand stays so when saved
    page.get_by_text("It goes on.").first.wait_for()
    return due


def pause_all(page, platform):
    """Nothing goes out by the clock meanwhile, and the credits are those of the birthdays alone."""
    for kind in ("birthday", "recall", "reminder"):
        page.goto(platform.url(HOST, "/merchant/automations/"))
        page.locator(f"form[action$='/{kind}/pause/'] button").click()
        page.get_by_text("Paused.").first.wait_for()


def bi_credits(page, platform):
    page.goto(platform.url(HOST, "/merchant/automations/"))
    found = re.search(r"WhatsApp BI Credits Remaining\s+([\d,]+)", page.locator("main").inner_text())
    return int(found[1].replace(",", ""))


def figures(page, platform):
    """What came of the birthdays, by its labels."""
    page.goto(platform.url(HOST, "/merchant/automations/birthday/"))
    return figures_on(page)


def figures_on(page):
    text = page.locator("main").inner_text().split("What came of it")[1]
    return {label: int(value.replace(",", "")) for label, value in re.findall(r"([A-Z][a-z ]+)\s+([\d,]+)", text)}


def greetings(platform, phone):
    """What automations sent to this phone: not the coupon of the claim itself."""
    texts = [one["body"]["template"]["name"] for one in received(platform, phone) if not one["in"] and one["type"] == "template"]
    return [name for name in texts if name.startswith(("birthday_", "campaign_"))]


def reply(page, platform, phone, text):
    """On the phone of the stand-in."""
    page.goto(f"{stand_in(platform)}/phone/966{phone}")
    page.locator("input[name=text], textarea[name=text]").first.fill(text)
    page.keyboard.press("Enter")


def register(page, platform, name):
    page.goto(platform.url(HOST, f"/merchant/consent/?q={name}"))
    return page.locator("main").inner_text()


def preview_a_tag(page, platform, name):
    """Tag one in the list, and draft a campaign to that tag: the preview shows that one, and nobody else."""
    page.goto(platform.url(HOST, f"/merchant/customers/?q={name}"))
    page.get_by_label("Select this row").check()
    page.get_by_role("textbox", name="Tag", exact=True).or_(page.get_by_role("combobox", name="Tag", exact=True)).fill(
        "On the journey"
    )
    page.get_by_role("button", name="Add the tag").click()
    page.get_by_text("1 customer has the tag.").first.wait_for()
    page.goto(platform.url(HOST, "/merchant/automations/campaigns/new/"))
    page.locator("[name=name]").fill("To one of us")
    page.locator("[name=batch]").select_option(index=2)
    page.get_by_label("On the journey").check()
    steps.submit(page)
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/$"))
    gets = page.locator("dt", has_text="Will get it").locator("xpath=following-sibling::dd")
    assert gets.inner_text() == "1"
    assert page.get_by_text(name).count() == 1


def send_a_campaign(page, platform):
    """To everybody who agreed, at once."""
    page.goto(platform.url(HOST, "/merchant/automations/campaigns/new/"))
    page.locator("[name=name]").fill("After the birthdays")
    page.locator("[name=batch]").select_option(index=2)
    for name in ("quiet_from", "quiet_to"):
        page.locator(f"[name={name}]").select_option("0")
    steps.submit(page)
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/$"))
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_role("button", name=re.compile("^Schedule for up to")).click()
    page.get_by_text("Scheduled").first.wait_for()
